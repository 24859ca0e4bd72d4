from catalog.table import LINEAGE, REASONS_TYPE, Column, Table

TABLE = Table(
    name="scored_providers",
    layer="published",
    grain="One row per billing provider with claims known as of a date.",
    key=("provider_id", "as_of"),
    partition="as_of",
    readers="analysts (special investigations)",
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
        Column("fraud_rank", "bigint", "1 = review first; unique within as_of", nullable=False),
        Column("tree_score", "double", "XGBoost margin in log odds; null when unsupervised", unit="log odds"),
        Column(
            "graph_score", "double", "Graph neural network margin in log odds; null when unsupervised", unit="log odds"
        ),
        Column(
            "expected_recovery",
            "decimal(14,2)",
            "fraud_probability x paid_amount; null without a probability",
            unit="USD",
        ),
        Column("case_id", "string", "Ring the provider belongs to; null where none was found"),
        Column("reasons", REASONS_TYPE, "Why, strongest first", nullable=False),
        *LINEAGE,
    ),
)
