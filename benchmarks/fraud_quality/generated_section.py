"""The part of the document about generated books."""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from benchmarks.fraud_quality import generated, report
from benchmarks.fraud_quality.faithfulness import Faithful
from benchmarks.fraud_quality.generated import CAPACITY, Found
from sources.synthetic.claims import HELD_OUT

HEADING = "Generated book"


def section(found: Found, seed: int) -> str:
    """What the published claim ranking finds, in Markdown."""
    claims, said = found.claims, generated.at_capacity(found)
    flagged = int(found.flagged.sum())
    schemes = [
        (f"{name} (never investigated)" if name == HELD_OUT else name, f"{count:,}", f"{first:.3f}", f"{wider:.3f}")
        for name, count, first, wider in generated.by_scheme(found)
    ]
    alike = [(name, f"{count:,}", f"{share:.4f}") for name, count, share in generated.by_look_alike(found)]
    orders = [(name, f"{precision:.3f}", f"{ap:.3f}") for name, precision, ap in generated.baselines(found)]
    rate = len(claims) / found.steps["score-claims"].seconds
    steps = [(name, f"{ran.seconds:,.0f}", f"{ran.peak_bytes / 2**30:.1f}") for name, ran in found.steps.items()]
    return f"""A book of {found.lines:,} lines and fills over three years (seed {seed}). The {len(claims):,} claims of the last year are ranked as
of {generated.LAST_DAY}, {said["share fraudulent"]:.1%} of them fraudulent. Labels are the book's investigations alone: biased, late and
incomplete. The truth is read after the ranking is made.

The first {CAPACITY:.0%}, {flagged:,} claims: precision {said["precision"]:.3f}, recall {said["recall"]:.3f}. Average
precision {said["average precision"]:.3f}; calibration error of the probability against the truth
{said["calibration error"]:.3f}.

{report.table(("order", f"precision in the first {CAPACITY:.0%}", "average precision"), orders)}

{report.table(("scheme", "claims", f"recall in the first {CAPACITY:.0%}", "in the first 5 %"), schemes)}

{report.table(("honest claims", "claims", f"share in the first {CAPACITY:.0%}"), alike)}

### Reasons

{_reasons(found.reasons)}

### Cost

{report.table(("step", "seconds", "peak memory GiB"), steps)}

Scoring took {rate:,.0f} claims a second, Spark's start and the reasons included.
"""


def _reasons(found: Faithful) -> str:
    rows = [
        ("the values that the reasons name put to those usual among peers", found.flagged, found.usual_lower),
        ("the lines cited by the strongest reason taken out of the book", found.left, found.lower),
        ("as many other lines of the claim taken out", found.drawn, found.drawn_lower),
    ]
    said = [(name, f"{count:,}", f"{lower / max(count, 1):.3f}") for name, count, lower in rows]
    return f"""Whether the score of a flagged claim rests on what its reasons cite: of {found.flagged:,} flagged claims {found.unproven:,} have a reason
that cites no line. The strongest reason of {found.gone:,} cites every line of the claim: without them there is no claim left to score.
The others are scored again in a book without the lines, what is usual learnt anew; half of these lose other lines than those
cited, for comparison.

{report.table(("change", "claims", "share that scores lower"), said)}"""
