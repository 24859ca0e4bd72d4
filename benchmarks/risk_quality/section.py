"""One contest in Markdown."""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.fraud_quality.report import table
from benchmarks.risk_quality import figures
from benchmarks.risk_quality.contest import Contest
from benchmarks.risk_quality.methods import OURS
from benchmarks.risk_quality.plots import plot_calibration, plot_lift
from models.risk.cost import PARTS
from models.risk.measure import measure_attachment, measure_interval

COVERED, RATIOS = (0.885, 0.915), (0.90, 1.10)
_SHOWN = {
    "r2": "R2",
    "r2_capped_250k": "R2 capped 250k",
    "levelled_r2_capped_250k": "R2 capped, level taken out",
    "gini": "Gini",
    "mae_over_mean": "MAE/mean",
    "ratio": "predicted/actual",
}
_DECIDING = ("levelled_r2_capped_250k", "gini")


def section(found: Contest, seed: int, plots: Path, beside: Path) -> str:
    """Writes two plots into `plots`; links to them are relative to the folder `beside`."""
    panel, rows = found.panel, found.panel.later
    plots.mkdir(parents=True, exist_ok=True)
    stem = "".join(letter if letter.isalnum() else "-" for letter in panel.name.lower()).strip("-")
    pictures = {kind: plots / f"{stem}-{kind}.png" for kind in ("lift", "calibration")}
    plot_lift(found, pictures["lift"])
    plot_calibration(found, pictures["calibration"])
    scores = figures.compared(rows, found.expected, OURS, seed)
    deciles = figures.by_segment(
        rows, found.predicted, figures.tenths(found.predicted["expected_cost"].to_numpy()), seed
    )
    now = figures.by_segment(
        panel.earlier, found.same_year, figures.tenths(found.same_year["expected_cost"].to_numpy()), seed
    )
    shares = np.array(found.weights) / np.array(found.weights).sum(axis=1, keepdims=True)
    blend = ", ".join(f"{name} {share:.2f}" for name, share in zip(PARTS, shares.mean(axis=0), strict=True))
    return f"""{panel.about}

Each of five times a fifth of the people is kept out of all learning; every figure is of members and of a year that no model learnt
from. Intervals are 95 % bootstrap intervals over members.

{_scores(scores)}

{_beaten(scores)}

Mean weights of the blend: {blend}. The largest gap between an expected cost and the sum of its drivers is {found.gap:.1e} USD.

![lift]({pictures["lift"].relative_to(beside)})
![calibration]({pictures["calibration"].relative_to(beside)})

### By tenth of expected cost

{_segments(deciles, "tenth")}

{_within(deciles)}

The same in the year that was learnt from, of people whom no model learnt from: what is right here and wrong above is the drift from
one year to the next.

{_segments(now, "tenth")}

{_within(now)}

### Attachment points

{_attachment(found)}

{_categories(found, seed)}### By age and sex

{_segments(figures.by_segment(rows, found.predicted, figures.age_sex(rows), seed), "age and sex")}

### By condition

{_segments(figures.by_condition(rows, found.predicted, panel.conditions, seed), "condition")}

### By size of {panel.group_word}

{_group_sizes(figures.by_group_size(rows, found.predicted, panel.groups, seed))}
"""


def _scores(scores: pd.DataFrame) -> str:
    lines = [(name, *[_with_ends(row, figure) for figure in _SHOWN]) for name, row in scores.iterrows()]
    return table(("method", *_SHOWN.values()), lines)


def _beaten(scores: pd.DataFrame) -> str:
    """Where ours is ahead of each baseline, where it is ahead beyond doubt, and where it is not."""
    said = []
    for figure in _DECIDING:
        others = scores.drop(index=OURS)
        behind = [str(name) for name in others.index[others[figure] >= scores.loc[OURS, figure]]]
        open_ = [str(n) for n in others.index[others[f"beats_{figure}_lower"] <= 0] if n not in behind]
        best = others[figure].idxmax()
        text = f"{_SHOWN[figure]}: {scores.loc[OURS, figure]:.3f} against {others.loc[best, figure]:.3f} of the best baseline ({best})"
        text += f"; behind {', '.join(behind)}" if behind else "; ahead of every baseline"
        text += f", within chance of {', '.join(open_)}" if open_ else ""
        said.append(f"- {text}.")
    return "\n".join(said)


def _segments(found: pd.DataFrame, word: str) -> str:
    head = (word, "members", "mean predicted", "mean actual", "predicted/actual", "level taken out", "interval covers")
    lines = [
        (
            str(row.segment),
            f"{row.members:,}",
            f"{row.predicted:,.0f}",
            f"{row.actual:,.0f}",
            f"{row.ratio:.3f} ({row.lower:.3f} to {row.upper:.3f})",
            f"{row.levelled:.3f}",
            f"{row.coverage:.1%}",
        )
        for row in found.itertuples()
    ]
    return table(head, lines)


def _within(deciles: pd.DataFrame) -> str:
    ratio = deciles["ratio"].between(*RATIOS)
    levelled = deciles["levelled"].between(*RATIOS)
    could = (deciles["lower"] <= RATIOS[1]) & (deciles["upper"] >= RATIOS[0])
    covered = deciles["coverage"].between(*COVERED)
    error = np.sqrt(0.09 / deciles["members"].mean())
    return (
        f"{ratio.sum()} of 10 tenths have predicted/actual within {RATIOS[0]:.2f} to {RATIOS[1]:.2f} ({levelled.sum()} with the level taken "
        f"out; the bootstrap interval of {could.sum()} reaches into it). The interval covers {COVERED[0]:.1%} to {COVERED[1]:.1%} in {covered.sum()} "
        f"of 10. With {deciles['members'].mean():,.0f} members in a tenth, chance alone moves a coverage by {error:.1%} (one standard error)."
    )


def _attachment(found: Contest) -> str:
    rows = found.panel.later
    chances = found.predicted[[name for name in found.predicted if name.startswith("above_")]].to_numpy()
    said = measure_attachment(rows, chances)
    lines = []
    for point in [name.split("_")[1] for name in said if name.endswith("_actual")]:
        auc, ap = said.get(f"above_{point}_auc"), said.get(f"above_{point}_ap")
        lines.append(
            (
                f"{int(point):,}",
                f"{said[f'above_{point}_actual']:.0f}",
                f"{said[f'above_{point}_predicted']:.1f}",
                f"{auc:.3f}" if auc is not None else "nobody above",
                f"{ap:.3f}" if ap is not None else "nobody above",
            )
        )
    interval = measure_interval(
        rows, *[found.predicted[f"expected_cost_{end}"].to_numpy() for end in ("lower", "upper")]
    )
    whole = (
        f"The 90 % interval covers {interval['interval_coverage']:.1%} of all members and is on average "
        f"{interval['interval_width_over_mean']:.2f} times the mean cost wide."
    )
    return f"{table(('USD a year', 'members above', 'predicted', 'AUC', 'AUPRC'), lines)}\n\n{whole}"


def _categories(found: Contest, seed: int) -> str:
    if found.shares is None or found.panel.later.parts is None:
        return ""
    expected = found.predicted["expected_cost"].to_numpy()
    head = ("category", "mean predicted", "mean actual", "predicted/actual", "R2", "R2 with the book's share")
    lines = [
        (
            row.category,
            f"{row.predicted:,.0f}",
            f"{row.actual:,.0f}",
            f"{row.ratio:.3f} ({row.lower:.3f} to {row.upper:.3f})",
            f"{row.r2:.3f}",
            f"{row.r2_book_share:.3f}",
        )
        for row in figures.by_category(found.panel.later, expected, found.shares, seed).itertuples()
    ]
    return f"### By service category\n\n{table(head, lines)}\n\n"


def _group_sizes(found: pd.DataFrame) -> str:
    head = ("members", "groups", "people", "predicted/actual", "level taken out", "mean distance of a group's cost")
    lines = [
        (
            row.segment,
            f"{row.groups:,.0f}",
            f"{row.members:,}",
            f"{row.ratio:.3f} ({row.lower:.3f} to {row.upper:.3f})",
            f"{row.levelled:.3f}",
            f"{row.error:.1%}",
        )
        for row in found.itertuples()
    ]
    return table(head, lines)


def _with_ends(row: pd.Series, figure: str) -> str:
    return f"{row[figure]:.3f} ({row[f'{figure}_lower']:.3f} to {row[f'{figure}_upper']:.3f})"
