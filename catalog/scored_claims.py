from catalog.table import LINEAGE, REASONS_TYPE, Column, Table

TABLE = Table(
    name="scored_claims",
    layer="published",
    grain="One row per claim known as of a date (its final state that day).",
    key=("claim_id", "as_of"),
    partition="as_of",
    readers="analysts (special investigations)",
    columns=(
        Column("claim_id", "string", "Claim", "key", nullable=False),
        Column("as_of", "date", "The score uses only what was known on this day", "key", nullable=False),
        Column("source", "string", "Source format of the claim", nullable=False),
        Column("batch_id", "string", "Delivery that brought the scored version of the claim", nullable=False),
        Column("claim_type", "string", "inpatient, outpatient, professional or pharmacy", nullable=False),
        Column("provider_id", "string", "Billing provider with the most paid on the claim"),
        Column("member_id", "string", "Insured person", nullable=False),
        Column("service_from", "date", "First day of service", nullable=False),
        Column("service_through", "date", "Last day of service", nullable=False),
        Column("paid_amount", "decimal(14,2)", "Paid on the claim", unit="USD", nullable=False),
        Column(
            "fraud_probability",
            "double",
            "Calibrated probability; null where no labels exist to calibrate on",
            unit="share 0..1",
        ),
        Column("score_basis", "string", "supervised or unsupervised", nullable=False),
        Column("fraud_rank", "bigint", "1 = review first; unique within as_of", nullable=False),
        Column("scheme", "string", "Scheme the evidence points to, where it points to one"),
        Column(
            "expected_recovery",
            "decimal(14,2)",
            "fraud_probability x paid_amount; null without a probability",
            unit="USD",
        ),
        Column("reasons", REASONS_TYPE, "Why, strongest first", nullable=False),
        *LINEAGE,
    ),
)
