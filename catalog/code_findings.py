from catalog.table import Column, Table

TABLE = Table(
    name="code_findings",
    layer="audit",
    grain="One row per code that is not valid on the days of service it stands on, per column of a batch and finding.",
    key=("batch_id", "table_name", "column_name", "code_system", "code", "finding"),
    partition="batch_id",
    readers="ML engineers, auditors, whoever answers for the delivery",
    columns=(
        Column("source", "string", "Source format", nullable=False),
        Column("batch_id", "string", "Delivery", "key", nullable=False),
        Column("table_name", "string", "Canonical table that holds the code", "key", nullable=False),
        Column("column_name", "string", "Column of that table", "key", nullable=False),
        Column(
            "code_system", "string", "Code system that the column, or the claim, says it is of", "key", nullable=False
        ),
        Column(
            "code",
            "string",
            "The code; where it cannot be read as one, its length in parentheses",
            "key",
            nullable=False,
        ),
        Column(
            "finding",
            "string",
            "unknown; incomplete (a category, not a code); not_yet_effective or expired on the day of service; "
            "wrong_system (an ICD code of the other revision)",
            "key",
            nullable=False,
        ),
        Column("row_count", "bigint", "Rows of the table that hold it with this finding", nullable=False),
        Column("claim_count", "bigint", "Claims of these rows", nullable=False),
        Column("paid_amount", "decimal(18,2)", "Paid on these rows", unit="USD", nullable=False),
        Column(
            "first_service",
            "date",
            "First day of service: discharge of an inpatient stay, day of a fill, else first day of the line",
            nullable=False,
        ),
        Column("last_service", "date", "Last such day", nullable=False),
        Column(
            "finding_share",
            "double",
            "Of all codes of this system in this column of the batch, counted as often as they stand, those with this finding",
            unit="share 0..1",
            nullable=False,
        ),
        Column("file_name", "string", "File of the delivery that holds one of the rows", nullable=False),
        Column("row_number", "bigint", "Physical row of that file, the header being row 1", nullable=False),
    ),
)
