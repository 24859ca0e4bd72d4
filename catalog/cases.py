from catalog.table import LINEAGE, REASONS_TYPE, Column, Table

TABLE = Table(
    name="cases",
    layer="published",
    grain="One row per ring of billing providers that share more members or physicians than chance explains, as of a date.",
    key=("case_id", "as_of"),
    partition="as_of",
    readers="analysts (special investigations)",
    filters=(("as_of", "fraud_rank"),),
    columns=(
        Column(
            "case_id",
            "string",
            "The ring; kept from the earlier day's case that most of its providers were in, else new",
            "key",
            nullable=False,
        ),
        Column("as_of", "date", "The case uses only what was known on this day", "key", nullable=False),
        Column("provider_ids", "array<string>", "Its billing providers, in order of id", nullable=False),
        Column("provider_count", "bigint", "Its billing providers", unit="providers", nullable=False),
        Column(
            "claim_count",
            "bigint",
            "Claims of its providers in the look-back, all of them",
            unit="claims",
            nullable=False,
        ),
        Column("paid_amount", "decimal(14,2)", "Paid on those claims", unit="USD", nullable=False),
        Column(
            "shared_member_count",
            "bigint",
            "Members who went to two or more of its providers; members with more than 30 providers are left out",
            unit="members",
            nullable=False,
        ),
        Column(
            "shared_member_share",
            "double",
            "The same over all members of its providers, those with more than 30 providers left out",
            unit="share 0..1",
            nullable=False,
        ),
        Column(
            "pair_shared",
            "double",
            "Members (or physicians, where members do not bind it) shared by each tied pair of its providers, added up",
            unit="members",
            nullable=False,
        ),
        Column(
            "pair_expected",
            "double",
            "The same as volumes and markets would have it by chance",
            unit="members",
            nullable=False,
        ),
        Column("shared_member_ids", "array<string>", "Tokens of the shared members, in order", nullable=False),
        Column(
            "shared_physician_ids",
            "array<string>",
            "Physicians on claims of two or more of its providers; physicians with more than 30 providers are left out",
            nullable=False,
        ),
        Column(
            "shared_tax_ids",
            "array<string>",
            "Tax numbers that two or more of its providers bill under",
            nullable=False,
        ),
        Column(
            "shared_zip_codes", "array<string>", "ZIP codes where two or more of its providers practise", nullable=False
        ),
        Column(
            "bound_by",
            "string",
            "What ties it beyond chance: members, physicians, or both joined by a comma",
            nullable=False,
        ),
        Column("strongest_provider_id", "string", "The one of its providers to be reviewed first", nullable=False),
        Column(
            "fraud_probability",
            "double",
            "Calibrated probability of that provider; null where no labels exist to calibrate on",
            unit="share 0..1",
        ),
        Column(
            "fraud_rank", "bigint", "Rank of that provider in scored_providers; unique within as_of", nullable=False
        ),
        Column("score_basis", "string", "supervised or unsupervised", nullable=False),
        Column("reasons", REASONS_TYPE, "What binds it, strongest first", nullable=False),
        *LINEAGE,
    ),
)
