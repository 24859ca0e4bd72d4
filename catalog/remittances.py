from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="remittances",
    layer="canonical",
    grain="One row per service line of a claim payment (X12 835), and one for what concerns the claim as a whole.",
    key=("remittance_line_id", "batch_id"),
    partition="batch_id",
    readers="ingest, which restates claim_lines by them; reviewers",
    columns=(
        Column(
            "remittance_line_id",
            "string",
            "Claim payment (payer, trace, claim, status, day) and place of the line in it, 0 for the whole claim",
            "key",
            nullable=False,
        ),
        Column(
            "claim_id",
            "string",
            "Claim of claim_lines that it pays; null where neither its batch nor an earlier one holds it",
        ),
        Column("claim_line_number", "int", "Line of that claim; null for the claim as a whole or an unknown line"),
        Column(
            "matched",
            "boolean",
            "The claim was delivered, in its batch or an earlier one, and is restated",
            nullable=False,
        ),
        Column("patient_control_number", "string", "CLP01: the provider's number of the claim", nullable=False),
        Column("payer_control_number", "string", "CLP07: the payer's number of the claim"),
        Column("trace_number", "string", "TRN02: the payment that it is a part of"),
        Column("provider_id", "string", "Payee: NPI, else tax number"),
        Column(
            "status_code",
            "string",
            "CLP02: 1 primary, 2 secondary, 3 tertiary, 4 denied, 19 to 21 forwarded, 22 reversal, 23 not ours, "
            "25 predetermination",
            nullable=False,
        ),
        Column("is_reversal", "boolean", "Status 22: takes an earlier payment back", nullable=False),
        Column("hcpcs_code", "string", "Procedure that was billed"),
        Column("paid_date", "date", "BPR16 day of settlement, else DTM*405 day of production", nullable=False),
        Column("known_date", "date", "Day the payment could first be used: its paid date", nullable=False),
        Column("charge_amount", "decimal(14,2)", "Billed; negative on a reversal", unit="USD", nullable=False),
        Column("allowed_amount", "decimal(14,2)", "AMT*B6, where the payer says it", unit="USD"),
        Column("paid_amount", "decimal(14,2)", "Paid; negative on a reversal", unit="USD", nullable=False),
        Column(
            "adjustments",
            "array<struct<group_code:string,reason_code:string,amount:decimal(14,2)>>",
            "CAS: why the payment is not the charge. Group CO contract, PR patient, OA other, PI payer; claim "
            "adjustment reason codes (X12 external list 139)",
            unit="USD",
        ),
        *PROVENANCE,
    ),
)
