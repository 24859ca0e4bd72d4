from catalog import TABLES
from expectations.check import STOP, WARN, Check, between, holds, matches
from expectations.standard import standard

_CAP = 5_000_000

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["remittances"], may_be_empty=True),
    holds("a matched payment names its claim", "matched = (claim_id is not null)"),
    holds("a reversal has status 22", "is_reversal = (status_code = '22')"),
    holds("a payment meets a claim", "matched", WARN, 0.95),
    holds("a payment of a claim meets one of its lines", "claim_line_number is not null or hcpcs_code is null", WARN,
          0.95),
    holds("paid_amount is not negative but on a reversal", "paid_amount >= 0 or is_reversal", WARN, 0.99),
    holds("charge_amount is the payment and its adjustments", "charge_amount = paid_amount + aggregate("
          "adjustments, cast(0 as decimal(14,2)), (sum, a) -> cast(sum + a.amount as decimal(14,2)))", WARN, 0.95),
    between("paid_amount", -_CAP, _CAP),
    between("charge_amount", -_CAP * 4, _CAP * 4),
    holds("paid_date lies between 1980 and 2100", "paid_date between date'1980-01-01' and date'2100-01-01'", STOP),
    matches("hcpcs_code", "^[A-Z0-9]{5}$", "has five characters", mostly=0.99),
)  # fmt: skip
