from catalog.table import Column, Table

TABLE = Table(
    name="check_results",
    layer="audit",
    grain="One row per check of one batch or day of a table, committed or staged.",
    key=("check_run", "check_name"),
    partition="check_run",
    readers="everyone who wonders whether a table can be trusted",
    columns=(
        Column(
            "check_run",
            "string",
            "What was checked: batch or day, table and, before publishing, the staged files, joined by '/'",
            "key",
            nullable=False,
        ),
        Column("batch_id", "string", "Batch or as-of day the check belongs to", nullable=False),
        Column("table_name", "string", "Checked table", nullable=False),
        Column("check_name", "string", "What was checked, readable", "key", nullable=False),
        Column("on_fail", "string", "STOP or WARN", nullable=False),
        Column("status", "string", "passed, warned or stopped", nullable=False),
        Column("observed", "string", "Observed number or share; never a raw cell value"),
        Column("row_count", "bigint", "Rows of the table when it was checked", nullable=False),
        Column("checked_at", "timestamp", "When (UTC)", nullable=False),
    ),
)
