from catalog.table import Column, Table

TABLE = Table(
    name="unit_limits",
    layer="policy",
    grain="One row per procedure code, setting and time: the most units that are likely (medically unlikely edits).",
    key=("edition", "setting", "hcpcs_code", "valid_from"),
    partition="edition",
    readers="claim features; `underwatch load-edits` adds or replaces one setting's quarter",
    columns=(
        Column("edition", "string", "Setting and first day, such as dme-2025-01-01, or shipped", "key", nullable=False),
        Column("setting", "string", "practitioner, outpatient_hospital or dme", "key", nullable=False),
        Column("hcpcs_code", "string", "Procedure code", "key", nullable=False),
        Column("valid_from", "date", "First day of service on which the limit holds", "key", nullable=False),
        Column("valid_until", "date", "Last day on which it holds; null: it still does"),
        Column("max_units", "int", "Most units of one line, or of one day", unit="units", nullable=False),
        Column(
            "adjudication_indicator",
            "string",
            "1: a limit of each line; 2 (by policy) and 3 (clinical): of all lines of a day",
            nullable=False,
        ),
    ),
)
