from catalog.table import LINEAGE, REASONS_TYPE, Column, Table

TABLE = Table(
    name="risk_predictions",
    layer="published",
    grain="One row per member covered as of a date.",
    key=("member_id", "as_of"),
    partition="as_of",
    readers="underwriters, actuaries",
    filters=(("as_of", "expected_cost"),),
    columns=(
        Column("member_id", "string", "Insured person", "key", nullable=False),
        Column("as_of", "date", "The prediction uses only what was known on this day", "key", nullable=False),
        Column("horizon_months", "int", "Months predicted, from the day after as_of", unit="months", nullable=False),
        Column(
            "months_observed",
            "int",
            "Covered months in the look-back with claims delivered",
            unit="months",
            nullable=False,
        ),
        Column(
            "expected_cost", "decimal(14,2)", "Expected allowed amount over the horizon", unit="USD", nullable=False
        ),
        Column("expected_cost_lower", "decimal(14,2)", "Lower end of the 90 % interval", unit="USD", nullable=False),
        Column("expected_cost_upper", "decimal(14,2)", "Upper end of the 90 % interval", unit="USD", nullable=False),
        *[
            Column(
                f"expected_{kind}",
                "decimal(14,2)",
                f"The part of expected_cost on {kind} claims; the four sum to it. Null where outcomes tell no categories",
                unit="USD",
            )
            for kind in ("inpatient", "outpatient", "professional", "pharmacy")
        ],
        Column("relative_risk", "double", "expected_cost over the book's mean (book = 1.0)", nullable=False),
        Column(
            "high_cost_probability",
            "map<string,double>",
            "Probability of exceeding each attachment point (USD)",
            nullable=False,
        ),
        Column("reasons", REASONS_TYPE, "Why, strongest first", nullable=False),
        *LINEAGE,
    ),
)
