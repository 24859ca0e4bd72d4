from catalog.table import Column, Table

TABLE = Table(
    name="lag_triangle",
    layer="feature",
    grain="One row per claim type, service month and lag at which something became known, over the last 36 months.",
    key=("claim_type", "service_month_end", "lag_months", "as_of"),
    partition="as_of",
    readers="actuaries, risk models (completion of the last year)",
    columns=(
        Column("as_of", "date", "Nothing is counted that became known after this day", "key", nullable=False),
        Column("claim_type", "string", "inpatient, outpatient, professional or pharmacy", "key", nullable=False),
        Column(
            "service_month_end",
            "date",
            "Last day of the service month; months end on the day of as_of",
            "key",
            nullable=False,
        ),
        Column(
            "lag_months",
            "int",
            "Months from the service month until the change was known; 0 = the same month",
            "key",
            "months",
            nullable=False,
        ),
        Column(
            "allowed_amount",
            "decimal(14,2)",
            "Change of the known allowed amount at this lag: new claims, less those corrected or taken back (paid amount where allowed is unknown)",
            unit="USD",
            nullable=False,
        ),
        Column(
            "cumulative_amount",
            "decimal(14,2)",
            "Known allowed amount of the service month at this lag",
            unit="USD",
            nullable=False,
        ),
    ),
)
