from catalog.table import Column, Table

TABLE = Table(
    name="member_identifiers",
    layer="identity",
    grain="One row per member, batch, kind of identifier and value, of batches ingested with --keep-identifiers.",
    key=("member_id", "batch_id", "kind", "value"),
    partition="batch_id",
    readers="`underwatch identify` alone; it lies beside the lake, for its owner's eyes, and no other job can name it",
    columns=(
        Column("member_id", "string", "Insured person: the token that the lake knows them by", "key", nullable=False),
        Column(
            "kind",
            "string",
            "member_id (as delivered), name, ssn, street, phone, e-mail or card (a health insurance card's number)",
            nullable=False,
        ),
        Column("value", "string", "The identifier as delivered", nullable=False),
        Column("source", "string", "Source format that delivered it", "provenance", nullable=False),
        Column("batch_id", "string", "Delivery that brought it", "provenance", nullable=False),
    ),
)
