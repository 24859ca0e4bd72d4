from catalog.table import Column, Table

TABLE = Table(
    name="ncci_edits",
    layer="policy",
    grain="One row per pair of procedure codes and time in which the second is part of the first, by setting.",
    key=("setting", "column_1", "column_2", "effective_date"),
    partition="setting",
    readers="claim features; `underwatch load-edits` replaces a setting as a whole",
    columns=(
        Column("setting", "string", "practitioner or outpatient_hospital", "key", nullable=False),
        Column("column_1", "string", "Code that is paid", "key", nullable=False),
        Column("column_2", "string", "Code that is part of it and not paid beside it", "key", nullable=False),
        Column("effective_date", "date", "First day of service on which the pair is edited", "key", nullable=False),
        Column(
            "deletion_date",
            "date",
            "Last day on which it is (CMS deletes edits at the end of a quarter); null while it holds",
        ),
        Column(
            "modifier_indicator",
            "string",
            "0: no modifier allows both; 1: an NCCI modifier does; 9: the pair was taken back and is not used",
            nullable=False,
        ),
        Column("edition", "string", "Files it came from, joined by commas, or shipped", nullable=False),
    ),
)
