from catalog.table import Column, Table

TABLE = Table(
    name="check_results",
    layer="audit",
    grain="One row per check per checked table of a batch.",
    key=("batch_id", "table_name", "check_name"),
    partition="check_run",
    readers="everyone who wonders whether a table can be trusted",
    columns=(
        Column("check_run", "string", "batch_id and table_name joined by '/'", "key", nullable=False),
        Column("batch_id", "string", "Batch the check belongs to", "key", nullable=False),
        Column("table_name", "string", "Checked table", "key", nullable=False),
        Column("check_name", "string", "What was checked, readable", "key", nullable=False),
        Column("on_fail", "string", "STOP or WARN", nullable=False),
        Column("status", "string", "passed, warned or stopped", nullable=False),
        Column("observed", "string", "Observed number or share; never a raw cell value"),
        Column("row_count", "bigint", "Rows of the table when it was checked", nullable=False),
        Column("checked_at", "timestamp", "When (UTC)", nullable=False),
    ),
)
