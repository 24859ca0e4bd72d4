from catalog.table import Column, Table

NO_CLASS = "none"
"""`drug_class` of a product for which the directory tells no established pharmacologic class."""

TABLE = Table(
    name="drug_classes",
    layer="policy",
    grain="One row per drug product of a directory and established pharmacologic class that it belongs to.",
    key=("directory", "product_code", "drug_class"),
    partition="directory",
    readers="member features; `underwatch load-drug-classes` replaces the directory as a whole",
    columns=(
        Column("directory", "string", "fda-ndc: National Drug Code directory of the FDA", "key", nullable=False),
        Column(
            "product_code",
            "string",
            "First nine digits of the NDC as it is billed: labeler (five) and product (four)",
            "key",
            nullable=False,
        ),
        Column(
            "drug_class",
            "string",
            "Established pharmacologic class, such as Insulin Analog; none where the directory tells none",
            "key",
            nullable=False,
        ),
        Column("edition", "string", "File it came from", nullable=False),
    ),
)
