from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="members",
    layer="canonical",
    grain="One row per insured person per batch, as last described by the batch.",
    key=("member_id", "batch_id"),
    partition="batch_id",
    readers="features, underwriting",
    columns=(
        Column(
            "member_id",
            "string",
            "Insured person: a keyed token, never the delivered identifier",
            "key",
            nullable=False,
        ),
        Column("birth_date", "date", "Date of birth; null where the source does not say. No other table holds it"),
        Column("death_date", "date", "Date of death; features read it only when it lies before as_of"),
        Column("gender", "string", "female, male or unknown", nullable=False),
        Column("state", "string", "Two-letter state of residence"),
        Column("known_date", "date", "Day this description became known", nullable=False),
        *PROVENANCE,
    ),
)
