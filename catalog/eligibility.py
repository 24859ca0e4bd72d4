from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="eligibility",
    layer="canonical",
    grain="One row per member per span of coverage.",
    key=("member_id", "enrollment_start_date", "batch_id"),
    partition="batch_id",
    readers="features, underwriting",
    columns=(
        Column("member_id", "string", "Insured person", "key", nullable=False),
        Column("enrollment_start_date", "date", "First day of coverage", "key", nullable=False),
        Column("enrollment_end_date", "date", "Last day of coverage", nullable=False),
        Column(
            "market",
            "string",
            "individual, small_group, large_group, self_funded, medicare or medicaid",
            nullable=False,
        ),
        Column("group_id", "string", "Employer or association group"),
        Column("medical_coverage", "boolean", "The span covers medical claims", nullable=False),
        Column("pharmacy_coverage", "boolean", "The span covers pharmacy claims", nullable=False),
        Column(
            "claims_complete",
            "boolean",
            "The delivery holds the claims of this span. False where a source describes members whose claims "
            "it does not send: their cost is unknown, not zero",
            nullable=False,
        ),
        Column("known_date", "date", "Day this span became known", nullable=False),
        *PROVENANCE,
    ),
)
