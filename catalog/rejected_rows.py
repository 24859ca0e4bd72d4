from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="rejected_rows",
    layer="canonical",
    grain="One row per delivered row that no canonical table could take.",
    key=("batch_id", "file_name", "row_number"),
    partition="batch_id",
    readers="whoever mends the delivery; the row itself stays in the delivery",
    columns=(
        Column("table_name", "string", "Canonical table the row was meant for", nullable=False),
        Column(
            "reason",
            "string",
            "Stable reason: truncated_row, bad_amount, bad_date, duplicate_claim_line, ...",
            nullable=False,
        ),
        Column("detail", "string", "Column and what is wrong with it; never the value of an identifier"),
        Column("charge_amount", "decimal(14,2)", "Charges of the row where readable", unit="USD"),
        Column("allowed_amount", "decimal(14,2)", "Allowed amount of the row where readable", unit="USD"),
        Column("paid_amount", "decimal(14,2)", "Paid amount of the row where readable", unit="USD"),
        *PROVENANCE,
    ),
)
