from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="exclusions",
    layer="canonical",
    grain="One row per exclusion or reinstatement of one provider in one monthly file of the exclusions list.",
    key=("batch_id", "file_name", "row_number"),
    partition="batch_id",
    readers="fraud features, reviewers",
    columns=(
        Column("npi", "string", "National Provider Identifier; null where the list names none"),
        Column("event", "string", "excluded or reinstated", nullable=False),
        Column("exclusion_type", "string", "Section of the Social Security Act, such as 1128b4", nullable=False),
        Column("general_category", "string", "What the provider is, in the list's words"),
        Column("specialty", "string", "Specialty in the list's words"),
        Column("state", "string", "Two-letter state of the provider's address"),
        Column("exclusion_date", "date", "First day of the exclusion", nullable=False),
        Column("reinstatement_date", "date", "Day the provider was reinstated"),
        Column("waiver_date", "date", "Day a waiver was granted"),
        Column("waiver_state", "string", "State the waiver is for"),
        Column(
            "match_basis",
            "string",
            "What claims can be matched by: npi (certain), or none where the list gives no identifier",
            nullable=False,
        ),
        Column("known_date", "date", "Last day of the month of the file: when the list said so", nullable=False),
        *PROVENANCE,
    ),
)
