from catalog.table import LINEAGE, REASONS_TYPE, Column, Table

TABLE = Table(
    name="underwriting_members",
    layer="published",
    grain="One row per member of a request whose use allows members to be told apart.",
    key=("request_id", "row_number"),
    partition="request_id",
    readers="underwriters (stop-loss), care managers",
    filters=(("member_id",),),
    columns=(
        Column("request_id", "string", "Request that asked", nullable=False),
        Column("row_number", "bigint", "Row of the member in the request, 1 for the first", nullable=False),
        Column("member_id", "string", "Insured person", nullable=False),
        Column(
            "status",
            "string",
            "known, no_history (no month observed: manual rate) or unknown (not in the lake: manual rate)",
            nullable=False,
        ),
        Column("expected_cost", "double", "Expected allowed amount of the next 12 months", unit="USD", nullable=False),
        Column("expected_cost_lower", "double", "Lower end of the 90 % interval", unit="USD", nullable=False),
        Column("expected_cost_upper", "double", "Upper end of the 90 % interval", unit="USD", nullable=False),
        Column("relative_risk", "double", "expected_cost over the book's mean (book = 1.0)", nullable=False),
        Column(
            "high_cost_probability",
            "map<string,double>",
            "Probability of exceeding each attachment point (USD)",
            nullable=False,
        ),
        Column("reasons", REASONS_TYPE, "Why, strongest first", nullable=False),
        Column("adverse_notice", "string", "Reason pack of an adverse decision (JSON); null where none"),
        *LINEAGE,
    ),
)
