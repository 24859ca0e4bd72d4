"""Charge, allowed and paid dollars of an ExplanationOfBenefit, per line.

- Categories are those of CARIN (C4BBAdjudication and the base adjudication codes) and of CMS's Blue Button variables;
  amounts of other categories are not taken. Paid is what went to provider and patient where that is said, else the
  benefit. Of a drug, allowed is its total cost and paid Medicare's share, as in the `rif` source.
- A professional claim or a fill is paid by line: the claim's own figures count only where no line has one. An
  institutional claim is paid as a whole: where its lines do not add up to its figure, the figure stands on its first
  line and 0 on the others.
- Allowed of an institutional claim of CMS, which gives none, is what all parties pay: payment, primary payer,
  deductibles and coinsurance.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sources.fhir.claim_type import ClaimType
from sources.fhir.elements import Element, Unusable, codes, dollars, element, elements, extension, fits

_CHARGE = ("submitted", "line_sbmtd_chrg_amt", "rev_cntr_tot_chrg_amt")
_ALLOWED = ("eligible", "allowed", "line_alowd_chrg_amt", "tot_rx_cst_amt", "drugcost")
# Sums of the first group that has any.
_PAID = (
    ("paidtoprovider", "paidtopatient"),
    ("benefit",),
    ("line_nch_pmt_amt",),
    ("rev_cntr_pmt_amt_amt",),
    ("cvrd_d_plan_pd_amt", "lics_amt"),
)
_SHARES = (
    "prpayamt",
    "nch_bene_ip_ddctbl_amt",
    "nch_bene_pta_coinsrnc_lblty_amt",
    "nch_bene_ptb_ddctbl_amt",
    "nch_bene_ptb_coinsrnc_amt",
    "nch_bene_blood_ddctbl_lblty_am",
)
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Amounts:
    """Dollars of one line; None where the file does not say."""

    charge: Decimal | None
    allowed: Decimal | None
    paid: Decimal | None


def line_amounts(eob: Element, kind: ClaimType) -> list[Amounts]:
    """Amounts of each item, of one line where there is no item. Raises Unusable for what is no amount in dollars."""
    lines = [_adjudicated(item.get("adjudication")) for item in elements(eob.get("item"))] or [
        Amounts(None, None, None)
    ]
    claim = _claim(eob, kind)
    whole = kind.is_institutional
    columns = [
        _placed([line.charge for line in lines], claim.charge, whole),
        _placed([line.allowed for line in lines], claim.allowed, whole),
        _placed([line.paid for line in lines], claim.paid, whole),
    ]
    for name, column in zip(("charges", "allowed amounts", "payments"), columns, strict=True):
        given = [amount for amount in column if amount is not None]
        if not all(map(fits, [*given, sum(given, start=ZERO)])):
            raise Unusable("bad_amount", f"the {name} of the claim do not fit decimal(14,2) together")
    return [Amounts(*line) for line in zip(*columns, strict=True)]


def total_of(lines: list[Amounts]) -> Amounts:
    """Amounts of all lines together; None where no line has one."""
    return Amounts(_sum([x.charge for x in lines]), _sum([x.allowed for x in lines]), _sum([x.paid for x in lines]))


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    given = [amount for amount in amounts if amount is not None]
    return sum(given, start=ZERO) if given else None


def _adjudicated(adjudications: object) -> Amounts:
    found: dict[str, Decimal] = {}
    for entry in elements(adjudications):
        amount = dollars(entry.get("amount"), "adjudication.amount")
        # One amount may be named by the same code of two systems.
        for code in dict.fromkeys(codes(entry.get("category"))):
            if amount is not None:
                found[code] = found.get(code, ZERO) + amount
    paid = next((group for group in _PAID if any(code in found for code in group)), ())
    return Amounts(
        next((found[code] for code in _CHARGE if code in found), None),
        next((found[code] for code in _ALLOWED if code in found), None),
        sum((found.get(code, ZERO) for code in paid), start=ZERO) if paid else None,
    )


def _claim(eob: Element, kind: ClaimType) -> Amounts:
    """Amounts of the claim as a whole."""
    total, own = _adjudicated(eob.get("total")), _adjudicated(eob.get("adjudication"))
    payment = dollars(element(eob.get("payment")).get("amount"), "payment.amount")
    charge = dollars(eob.get("totalCost"), "totalCost")
    paid = next((paid for paid in (payment, total.paid, own.paid) if paid is not None), None)
    allowed = total.allowed if total.allowed is not None else own.allowed
    if allowed is None and kind.is_institutional and paid is not None:
        allowed = _with_shares(eob, paid)
    return Amounts(next((c for c in (total.charge, charge, own.charge) if c is not None), None), allowed, paid)


def _with_shares(eob: Element, paid: Decimal) -> Decimal | None:
    shares = [dollars(extension(eob, name).get("valueMoney"), name) for name in _SHARES]
    given = [share for share in shares if share is not None]
    return sum(given, start=paid) if given else None


def _placed(lines: list[Decimal | None], claim: Decimal | None, whole: bool) -> list[Decimal | None]:
    given = [line for line in lines if line is not None]
    if claim is None or (given and not (whole and sum(given) != claim)):
        return lines
    return [claim, *[ZERO] * (len(lines) - 1)]
