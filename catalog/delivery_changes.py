from catalog.table import Column, Table

TABLE = Table(
    name="delivery_changes",
    layer="audit",
    grain="One row per table and kind of change between a batch and the earlier delivery that it replaced.",
    key=("batch_id", "table_name", "change"),
    partition="batch_id",
    readers="whoever corrected the delivery, auditors; empty for a batch delivered once",
    columns=(
        Column("source", "string", "Source format", nullable=False),
        Column("batch_id", "string", "Delivery", "key", nullable=False),
        Column("table_name", "string", "Canonical table", "key", nullable=False),
        Column(
            "change",
            "string",
            "added, removed, changed or unchanged: by the table's key, whatever file and row it came from",
            "key",
            nullable=False,
        ),
        Column("rows", "bigint", "Rows of that kind", nullable=False),
        Column("charge_before", "decimal(18,2)", "Their charges in the earlier delivery", unit="USD", nullable=False),
        Column("charge_after", "decimal(18,2)", "Their charges now", unit="USD", nullable=False),
        Column("allowed_before", "decimal(18,2)", "Allowed amount before", unit="USD", nullable=False),
        Column("allowed_after", "decimal(18,2)", "Allowed amount now", unit="USD", nullable=False),
        Column("paid_before", "decimal(18,2)", "Paid amount before", unit="USD", nullable=False),
        Column("paid_after", "decimal(18,2)", "Paid amount now", unit="USD", nullable=False),
    ),
)
