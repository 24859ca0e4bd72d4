from catalog.table import Column, Table

TABLE = Table(
    name="member_outcomes",
    layer="feature",
    grain="One row per member of member_features whose next months can be looked back on.",
    key=("member_id", "as_of"),
    partition="as_of",
    readers="risk models (the target), actuaries",
    columns=(
        Column("member_id", "string", "Insured person", "key", nullable=False),
        Column("as_of", "date", "The horizon starts the day after", "key", nullable=False),
        Column("known_by", "date", "The outcome as it was known on this day", nullable=False),
        Column("horizon_months", "int", "Months of the horizon", unit="months", nullable=False),
        Column(
            "months_covered",
            "int",
            "Months of the horizon with medical coverage and claims delivered",
            "label",
            "months",
            nullable=False,
        ),
        Column(
            "allowed_amount",
            "decimal(14,2)",
            "Allowed amount of services in the horizon, medical and pharmacy (paid amount where allowed is unknown)",
            "label",
            "USD",
            nullable=False,
        ),
        *[
            Column(
                f"allowed_{kind}",
                "decimal(14,2)",
                f"The part of allowed_amount on {kind} claims",
                "label",
                "USD",
                nullable=False,
            )
            for kind in ("inpatient", "outpatient", "professional", "pharmacy")
        ],
        Column("complete", "boolean", "The horizon ended on or before known_by", "label", nullable=False),
    ),
)
