from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="claim_submissions",
    layer="canonical",
    grain="One row per claim as an X12 837 submits it (original, replacement or void).",
    key=("claim_id", "claim_version", "batch_id"),
    partition="batch_id",
    readers="ingest: payments and replacements of later deliveries find their claim by it",
    columns=(
        Column("claim_id", "string", "Claim of claim_lines", nullable=False),
        Column("claim_version", "int", "Version as submitted: 1, 11, 21, ...", nullable=False),
        Column("claim_frequency_code", "string", "X12 CLM05-3: 1 original, 7 replacement, 8 void", nullable=False),
        Column("shared_id", "string", "claim_id before originals that share it were told apart", nullable=False),
        Column(
            "content", "bigint", "Hash of the services, by which the same claim sent again is known", nullable=False
        ),
        Column(
            "patient_control_number", "string", "CLM01: the provider's number, as claim_id holds it", nullable=False
        ),
        Column("claim_number_token", "string", "Token of CLM01: numbers are compared by it", nullable=False),
        Column("provider_id", "string", "Billing provider"),
        Column("provider_tax_id", "string", "Tax number of the billing provider (REF*EI)"),
        Column("provider_person_token", "string", "Token of the number of a practitioner who bills under REF*SY"),
        Column("subscriber_id", "string", "Token of the subscriber"),
        Column("member_id", "string", "Insured person", nullable=False),
        Column("first_day", "date", "First day of the claim", nullable=False),
        Column("first_service_date", "date", "First day of its lines"),
        Column("hcpcs_codes", "array<string>", "Procedures of the lines, in their order"),
        Column("known_date", "date", "Day received, else last day of service", nullable=False),
        *PROVENANCE,
    ),
)
