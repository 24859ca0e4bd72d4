"""The notice that goes with an adverse decision: what it rests on, in words, and how to have it corrected.

Modelled on the adverse action notices of US lending and consumer reports (12 CFR 1002.9(b)(2): specific principal
reasons, of which the commentary finds more than four not helpful; 15 U.S.C. 1681m), though neither governs each use.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from typing import Any

MOST_REASONS = 4
_DISPUTE = (
    "Ask the insurer for the claims and the months of coverage behind these reasons, and say which of them are wrong "
    "(for protected health information in the US: 45 CFR 164.524, access, and 164.526, amendment).",
    "What is found wrong is corrected where it came from, delivered again, and the quote is asked for anew; both "
    "answers are kept.",
    "A person, not a model, decides on a dispute and on the terms offered.",
)


@dataclass(frozen=True)
class Notice:
    """`subject` is "group" or "member"; whom it is about is told by the request and row it is kept with."""

    request_id: str
    subject: str
    decided_on: str
    relative_risk: float
    principal_reasons: tuple[str, ...]
    sources: tuple[str, ...]
    model: str
    rule: str
    dispute: tuple[str, ...] = _DISPUTE

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def principal_reasons(reasons: list[dict[str, Any]]) -> tuple[str, ...]:
    """Texts of the reasons that raise the cost, strongest first, at most four."""
    raising = sorted((one for one in reasons if one["contribution"] > 0), key=lambda one: -one["contribution"])
    return tuple(one["text"] for one in raising[:MOST_REASONS])


def parts(notice: dict[str, Any]) -> dict[str, Any]:
    """What the notice says, in the order it is told: `title`, `heading`, `lead`, and `parts` of a heading and texts
    (`kind`: ordered, unordered or plain). It holds no identifier."""
    relative = f"{notice['relative_risk']:.2f}"
    return {
        "title": f"Notice {notice['request_id']}",
        "heading": "What this decision rests on",
        "lead": f"Request {notice['request_id']}, decided with data up to {notice['decided_on']}. The expected cost of "
        f"the {notice['subject']} is {relative} times the average of the book.",
        "parts": [
            {"heading": "Principal reasons", "kind": "ordered", "texts": list(notice["principal_reasons"])},
            {"heading": "Where the data come from", "kind": "unordered", "texts": list(notice["sources"])},
            {"heading": "How to dispute it", "kind": "unordered", "texts": list(notice["dispute"])},
            {"heading": "Rule and model", "kind": "plain", "texts": [notice["rule"], notice["model"]]},
        ],
    }


def page(notice: dict[str, Any]) -> str:
    """The notice as a printable page; it loads nothing."""
    told = parts(notice)
    body = "\n".join(f"<h2>{escape(part['heading'])}</h2>{_texts(part)}" for part in told["parts"])
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(told["title"])}</title>
<style>body{{font:16px/1.5 serif;max-width:42em;margin:3em auto}}h2{{font-size:1.1em;margin-top:1.6em}}</style></head>
<body>
<h1>{escape(told["heading"])}</h1>
<p>{escape(told["lead"])}</p>
{body}
</body></html>
"""


def _texts(part: dict[str, Any]) -> str:
    list_of, each = {"ordered": ("ol", "li"), "unordered": ("ul", "li"), "plain": ("", "p")}[part["kind"]]
    inside = "".join(f"<{each}>{escape(text)}</{each}>" for text in part["texts"])
    return f"<{list_of}>{inside}</{list_of}>" if list_of else inside
