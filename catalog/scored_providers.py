from catalog.table import LINEAGE, REASONS_TYPE, Column, Table

TABLE = Table(
    name="scored_providers",
    layer="published",
    grain="One row per billing provider with claims known as of a date.",
    key=("provider_id", "as_of"),
    partition="as_of",
    readers="analysts (special investigations)",
    filters=(("as_of", "fraud_rank"), ("as_of", "recovery_rank"), ("case_id",)),
    columns=(
        Column("provider_id", "string", "Billing provider", "key", nullable=False),
        Column("as_of", "date", "The score uses only what was known on this day", "key", nullable=False),
        Column("peer_group", "string", "Providers it is compared with: kind and specialty", nullable=False),
        Column("claim_count", "bigint", "Claims in the look-back", unit="claims", nullable=False),
        Column("paid_amount", "decimal(14,2)", "Paid in the look-back", unit="USD", nullable=False),
        Column(
            "fraud_probability",
            "double",
            "Calibrated probability; null where no labels exist to calibrate on",
            unit="share 0..1",
        ),
        Column("score_basis", "string", "supervised or unsupervised", nullable=False),
        Column("fraud_rank", "bigint", "1 = most suspect, review first; unique within as_of", nullable=False),
        Column(
            "recovery_rank",
            "bigint",
            "1 = most expected_recovery, review first where money counts; null without a probability",
        ),
        Column(
            "review_lane",
            "string",
            "patient_harm where a reason points to harm, so that a clinician looks first; else money",
            nullable=False,
        ),
        Column("tree_score", "double", "XGBoost margin in log odds; null when unsupervised", unit="log odds"),
        Column(
            "graph_score", "double", "Graph neural network margin in log odds; null when unsupervised", unit="log odds"
        ),
        Column(
            "recovery_share",
            "double",
            "Share of what was paid that comes back where fraud is confirmed, for its kind of provider",
            unit="share 0..1",
            nullable=False,
        ),
        Column(
            "recovery_basis",
            "string",
            "investigations (recovery_share is learnt from them) or assumed (none says what came back: 1.0)",
            nullable=False,
        ),
        Column(
            "expected_recovery",
            "decimal(14,2)",
            "fraud_probability x recovery_share x paid_amount (0 where negative); null without a probability",
            unit="USD",
        ),
        Column("case_id", "string", "Ring the provider belongs to; null where none was found"),
        Column("reasons", REASONS_TYPE, "Why, strongest first", nullable=False),
        *LINEAGE,
    ),
)
