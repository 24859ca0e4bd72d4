from catalog.table import Column, Table

TABLE = Table(
    name="care_graph",
    layer="feature",
    grain="One row per pair of a member and a billing provider, or a billing provider and a physician, with a claim in the 12 months up to a date.",
    key=("as_of", "edge_type", "from_id", "to_id"),
    partition="as_of",
    readers="graph models, neighbour_features, case finding",
    columns=(
        Column("as_of", "date", "Nothing learnt after this day is used", "key", nullable=False),
        Column(
            "edge_type",
            "string",
            "member_provider (member to billing provider) or provider_physician (billing provider to physician)",
            "key",
            nullable=False,
        ),
        Column("from_id", "string", "member_id or provider_id", "key", nullable=False),
        Column("to_id", "string", "provider_id or physician_id", "key", nullable=False),
        Column("claim_count", "bigint", "Claims between the two", unit="claims", nullable=False),
        Column("line_count", "bigint", "Claim lines and fills between the two", unit="lines", nullable=False),
        Column("paid_amount", "decimal(14,2)", "Paid on them", unit="USD", nullable=False),
        Column("first_service", "date", "First day of service in the look-back", nullable=False),
        Column("last_service", "date", "Last first-day-of-service in the look-back", nullable=False),
    ),
)
