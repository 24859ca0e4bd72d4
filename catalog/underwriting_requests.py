from catalog.table import Column, Table

TABLE = Table(
    name="underwriting_requests",
    layer="audit",
    grain="One row per attempt to get a quote, refused and failed ones too; kept before the answer is given.",
    key=("attempt_id",),
    partition="attempt_id",
    readers="compliance, auditors",
    columns=(
        Column("attempt_id", "string", "Names the attempt; never replaced", nullable=False),
        Column("request_id", "string", "Request that it was made under", nullable=False),
        Column("requested_by", "string", "Who asked", nullable=False),
        Column("requested_at", "timestamp", "When (UTC)", nullable=False),
        Column("market", "string", "Market that was named", nullable=False),
        Column("purpose", "string", "Purpose that was named", nullable=False),
        Column("jurisdiction", "string", "Country or country-state whose rules were asked", nullable=False),
        Column("as_of", "date", "Day that the answer is of", nullable=False),
        Column("group_id", "string", "Group that was asked for; null for a list of members"),
        Column("member_count", "int", "Members that were asked for", nullable=False),
        Column("members_digest", "string", "SHA-256 of their tokens in order: says whether two requests asked for the same", nullable=False),
        Column("verdict", "string", "permitted, refused, or failed (nobody to quote, or no model or table for it)", nullable=False),
        Column("rule", "string", "What the rule says, and its citation; the error of a failed attempt", nullable=False),
        Column("policy", "string", "SHA-256 of the policy file that held", nullable=False),
        Column("features_read", "array<string>", "Features that the model was shown; empty unless permitted", nullable=False),
        Column("model_name", "string", "Registered model that answered; null unless permitted"),
        Column("model_version", "string", "Version of that model; null unless permitted"),
    ),
)  # fmt: skip
