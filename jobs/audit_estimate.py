from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.markup import escape

from jobs.audit_files import Sample, dollars, read_frame, read_review
from jobs.text_table import text_console, text_table
from models.audit.bounds import Reviewed
from models.audit.estimate import Estimate, estimate


def audit_estimate(
    sample: Annotated[Path, typer.Option(help="The sample's CSV file with overpaid_amount filled in.")],
    frame: Annotated[Path, typer.Option(help="The frame file that was written with it.")],
) -> None:
    """Estimate the overpayment of all claims from a reviewed sample, with the lower bound that is usually demanded.

    Example: underwatch audit-estimate --sample p0001.csv --frame p0001.frame.json
    """
    drawn = read_frame(frame)
    print_estimate(drawn, read_review(sample, drawn))


def print_estimate(drawn: Sample, overpaid_cents: np.ndarray) -> None:
    """The figures by stratum and in all, and how they were made."""
    number, overpaid = np.array(drawn.number), overpaid_cents / 100
    reviewed = [Reviewed(one.number, one.claims, overpaid[number == one.number]) for one in drawn.strata]
    confidence = drawn.plan.confidence
    whole, parts = estimate(reviewed, confidence)
    ids = drawn.plan.provider_ids
    text = text_table(
        f"Overpayment to {escape(', '.join(ids[:3]))}{' ...' if len(ids) > 3 else ''}, "
        f"claims as of {drawn.plan.as_of}, USD; lower bounds at one-sided {confidence:.1%}",
        *("stratum>", "claims>", "paid>", "reviewed>", "found overpaid>"),
        *("estimate>", "standard error>", "Student's bound>", "lower bound>"),
    )
    for one, review, part in zip(drawn.strata, reviewed, parts, strict=True):
        name = f"{one.number}{' (all)' if one.certainty else ''}"
        found = float(review.overpaid.sum())
        text.add_row(name, f"{one.claims:,}", dollars(one.paid_cents), f"{review.drawn:,}", *_amounts(found, part))
    claims, paid = sum(one.claims for one in drawn.strata), sum(one.paid_cents for one in drawn.strata)
    totals = (f"{claims:,}", dollars(paid), f"{len(overpaid):,}", *_amounts(float(overpaid.sum()), whole))
    text.add_row("all", *totals)
    text_console().print(text)
    for one, part in zip(drawn.strata, parts, strict=True):
        if part.joined:
            typer.echo(
                f"Stratum {one.number} has one reviewed claim, which has no variance: it was taken together with "
                f"stratum {part.joined} (collapsed strata, Cochran 1977, section 5A.12)."
            )
    typer.echo(
        f"Lower bound to demand: {whole.lower:,.2f} USD. Stratified mean per unit of the overpayment, which is the "
        "difference estimator (Cochran 1977, chapter 5). The bound counts one more claim, found right, in each stratum "
        "that is estimated; Student's bound, of usual practice, does not. Bounds of strata do not add up."
    )


def _amounts(found: float, part: Estimate) -> list[str]:
    return [f"{value:,.2f}" for value in (found, part.point, part.standard_error, max(part.student, found), part.lower)]
