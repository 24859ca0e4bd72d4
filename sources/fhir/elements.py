"""Parts of FHIR resources read from JSON: codings, days, amounts, references. Text of any shape is met with patience:
what is not there, or is not of the type FHIR gives it, reads as nothing, and only what a claim needs is asked for.

Numbers stay text on the way in, so that an amount is exactly what the file says.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

Element = dict[str, Any]

_CENT, _LIMIT, _DIGITS = Decimal("0.01"), Decimal(10) ** 12, 40
_EARLIEST = date(1850, 1, 1)
# JSON can write half of a character (\ud800), which no table can hold.
_ESCAPED_HALF, _HALF = re.compile(r"\\u[dD][89a-fA-F]"), re.compile("[\ud800-\udfff]")


class Unusable(Exception):
    """A resource that cannot be taken: a stable reason, and the element and what is wrong with it, never its value."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def json_of(text: str) -> Any:
    """The JSON text as Python values, numbers as text. Raises Unusable for anything that is not JSON."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant)
        half = _ESCAPED_HALF.search(text) and _HALF.search(json.dumps(found, ensure_ascii=False))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        raise Unusable("bad_json", f"the text is not JSON: {error.msg} at {where}") from error
    except RecursionError as error:
        raise Unusable("bad_json", "the text is nested too deeply") from error
    if half:
        raise Unusable("unreadable_text", "the text holds half of a character (an unpaired surrogate)")
    return found


def _no_constant(name: str) -> str:
    raise Unusable("bad_json", f"the text is not JSON: it holds {name}")


def elements(value: Any) -> list[Element]:
    """The elements of a list, or of one element that an older version of FHIR does not repeat."""
    if isinstance(value, dict):
        return [value]
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def element(value: Any) -> Element:
    """The element, or the first of a list; empty where there is none."""
    return next(iter(elements(value)), {})


def text_of(value: Any) -> str | None:
    """Text without blanks around it; None for nothing and for anything else."""
    return (value.strip() or None) if isinstance(value, str) else None


def codings(concept: Any) -> list[tuple[str, str]]:
    """System and code of a CodeableConcept, both in lower case, of several concepts in turn. CMS writes some codes as
    addresses, of which the last part is the code."""
    found = []
    for each in elements(concept):
        for coding in elements(each.get("coding")):
            code = text_of(coding.get("code"))
            if code:
                found.append(((text_of(coding.get("system")) or "").lower(), code.rsplit("/", 1)[-1].lower()))
    return found


def codes(concept: Any) -> list[str]:
    return [code for _, code in codings(concept)]


def code_in(concept: Any, *systems: str) -> str | None:
    """The first code whose system ends in one of `systems`, in upper case."""
    return next((code.upper() for system, code in codings(concept) if system.endswith(systems)), None)


def extension(value: Element, name: str) -> Element:
    """The extension whose address ends in `name`."""
    return next((e for e in elements(value.get("extension")) if str(e.get("url", "")).endswith(f"/{name}")), {})


def day(value: Any, name: str) -> date | None:
    """The day of a FHIR date or dateTime. Raises Unusable where text is there and names no day of the calendar."""
    text = text_of(value)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text[:10]) if text[10:11] in ("", "T") else None
    except ValueError:
        found = None
    if found is None or found < _EARLIEST:
        raise Unusable("bad_date", f"{name} is not a date of the calendar written as YYYY-MM-DD")
    return found


def dollars(money: Any, name: str) -> Decimal | None:
    """The value of a Money in dollars and cents. Raises Unusable for another currency or what is no amount."""
    if not isinstance(money, dict) or text_of(money.get("value")) is None:
        return None
    currency = text_of(money.get("currency")) or text_of(money.get("code")) or "USD"
    if currency.upper() != "USD":
        raise Unusable("bad_amount", f"{name} is not in US dollars")
    amount = number(money["value"])
    if amount is None or not fits(amount) or not fits(amount.quantize(_CENT, ROUND_HALF_UP)):
        raise Unusable("bad_amount", f"{name} is not an amount in dollars and cents that fits decimal(14,2)")
    return amount.quantize(_CENT, ROUND_HALF_UP)


def fits(amount: Decimal) -> bool:
    """Whether an amount fits decimal(14,2)."""
    return abs(amount) < _LIMIT


def number(value: Any) -> Decimal | None:
    """A number of the file; None for anything else, and for one with an absurd exponent."""
    try:
        found = Decimal(text_of(value) or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < _DIGITS else None


def reference_id(reference: Any) -> str | None:
    """The id a Reference ends in: `Patient/123`, an address of a server, or urn:uuid."""
    text = text_of(element(reference).get("reference"))
    return text.split("/_history/")[0].rsplit("/", 1)[-1] if text and not text.startswith("#") else None
