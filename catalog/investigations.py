from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="investigations",
    layer="canonical",
    grain="One row per closed investigation of one provider or one claim.",
    key=("investigation_id",),
    partition="batch_id",
    readers="fraud models (labels), reviewers",
    columns=(
        Column("investigation_id", "string", "Investigation", "key", nullable=False),
        Column("target_type", "string", "provider or claim", "label", nullable=False),
        Column("target_id", "string", "provider_id or claim_id", "label", nullable=False),
        Column(
            "selection",
            "string",
            "Why it was opened: tip, rule, referral, random (control sample) or unknown",
            "label",
            nullable=False,
        ),
        Column("outcome", "string", "confirmed or unfounded", "label", nullable=False),
        Column("scheme", "string", "Scheme found, null when unfounded", "label"),
        Column("opened_date", "date", "Day it was opened", nullable=False),
        Column("decided_date", "date", "Day it was decided", nullable=False),
        Column("known_date", "date", "Day the outcome may be used as a label: the decision", nullable=False),
        Column(
            "recovered_amount",
            "decimal(14,2)",
            "Recovered so far; 0 where nothing came back, null where nobody says",
            unit="USD",
        ),
        *PROVENANCE,
    ),
)
