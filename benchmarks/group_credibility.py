"""Out-of-time check of group rates on a generated book: manual, experience and blend against the year that followed."""

# ruff: noqa: E501 - lines of the document

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from benchmarks.risk_quality.lake_tables import member_tables
from lake import Lake
from models.plot_style import BLUE, GREY, ORANGE, new_figure
from models.risk.manual import ManualRate, fit_manual
from models.underwriting.book import BookRates, fit_book
from models.underwriting.groups import rate_group

DAYS = (date(2022, 12, 31), date(2023, 12, 31), date(2024, 12, 31))
RUN_OUT_MONTHS = 6
BANDS = ((10, 25), (25, 100), (100, 300), (300, 10_000))
"""Members of a group on the day it is rated; smaller groups are not judged."""
METHODS = ("manual_pmpm", "experience_pmpm", "expected_pmpm")
_WORDS = {"manual_pmpm": "manual alone", "experience_pmpm": "experience alone", "expected_pmpm": "blend"}
_DRAWS = 2_000
_YEARS_DRAWN = 1_000


def main(
    lake: Annotated[Path, typer.Option(help="Lake of a generated book, as benchmarks.risk_quality leaves one.")],
    planted: Annotated[float, typer.Option(help="Spread (CV) of group levels planted beside the book's own.")] = 0.2,
    seed: Annotated[int, typer.Option(help="Seed of the planted levels and of all draws.")] = 1,
    out: Annotated[Path, typer.Option(help="Markdown to write; the plot lies beside it.")] = Path(
        "docs/group-credibility.md"
    ),
) -> None:
    """Rate every group of a generated book on 2024-12-31 and hold it against what it cost in 2025.

    Example: python -m benchmarks.group_credibility --lake var/benchmarks/risk-lake-40000-54-11
    """
    features, outcomes = member_tables(Lake(str(lake)), DAYS, RUN_OUT_MONTHS)
    years = [_year(known, after) for known, after in zip(features, outcomes, strict=True)]
    write(years, planted, seed, out)
    print(out.read_text())


def write(years: list[pd.DataFrame], planted: float, seed: int, out: Path) -> None:
    """The document and its plot, from members with their cost of three years in a row."""
    sections, frames = [], {}
    for level in dict.fromkeys((0.0, planted)):
        rated, book = judge([planted_levels(year, level, seed) for year in years], seed)
        frames[level] = rated
        sections.append(_section(rated, book, level, seed))
    plot = out.with_suffix("") / "error_by_size.png"
    plot.parent.mkdir(parents=True, exist_ok=True)
    _plot(frames[planted], plot)
    command = f"python -m benchmarks.group_credibility --lake <lake of a book of 40,000 members over 54 months> --planted {planted} --seed {seed}"
    out.write_text(_HEAD.format(command=command, plot=plot.relative_to(out.parent)) + "\n".join(sections))


_HEAD = """# Group credibility

Groups of a generated book are rated on 2024-12-31 from the years 2023 and 2024 and held against their allowed cost of 2025, known
six months after its end. The manual rate is by age and sex, learnt from both past years; experience is pooled at 100,000 USD;
the book's change of level is taken out of each method. Groups of the book as generated differ beyond age and sex because their
members' lasting health does; planted levels (gamma, mean 1, the same every year) are a difference of known size beside it.
Error is the root of the mean squared error of the relativity to the book, weighted by member months; what it cannot fall below
is the chance in the group's own year.

    {command}

![error by group size]({plot})

"""


def _year(features: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Members covered on the day, with their cost of the following year."""
    after = outcomes[["member_id", "months_covered", "allowed_amount"]].astype({"allowed_amount": float})
    joined = features[["member_id", "group_id", "age_band", "sex_male"]].merge(after, on="member_id")
    return joined[joined["months_covered"] > 0].reset_index(drop=True)


def planted_levels(year: pd.DataFrame, spread: float, seed: int) -> pd.DataFrame:
    """Every group's cost times a level of its own (gamma, mean 1), the same in all years: nothing else is changed."""
    if spread <= 0:
        return year
    levels = {
        group: np.random.default_rng([seed, *str(group).encode()]).gamma(spread**-2, spread**2)
        for group in year["group_id"].dropna().unique()
    }
    return year.assign(allowed_amount=year["allowed_amount"] * year["group_id"].map(levels).fillna(1.0))


def judge(years: list[pd.DataFrame], seed: int) -> tuple[pd.DataFrame, BookRates]:
    """One row per group of the last year: its rates by each method, what it cost, and its size."""
    past, last = pd.concat(years[:-1], keys=["2023", "2024"], names=["period"]).reset_index("period"), years[-1]
    months = past["months_covered"].to_numpy(float)
    yearly = past["allowed_amount"].clip(lower=0).to_numpy(float) * 12.0 / months
    manual = fit_manual(past, yearly, months / 12.0)
    experience = _experience(past, manual)
    book = fit_book(experience)
    groups = dict(tuple(experience.groupby("group_id")))
    rows = []
    for group, members in last[last["group_id"].notna()].groupby("group_id"):
        own = groups.get(group, experience.iloc[:0])
        census = pd.DataFrame(
            {"expected_cost": manual.predict(members), "member_months": members["months_covered"].to_numpy(float)}
        )
        if len(members) < BANDS[0][0] or not len(own):
            continue
        rate = rate_group(census, own, book, manual.spread, seed=seed, years=_YEARS_DRAWN)
        actual = members["allowed_amount"].clip(lower=0).sum() / rate.member_months
        rows.append({"group": group, "actual_pmpm": actual, **_kept(vars(rate))})
    return _on_level(pd.DataFrame(rows)), book


def _experience(past: pd.DataFrame, manual: ManualRate) -> pd.DataFrame:
    months = past["months_covered"].astype(float)
    return pd.DataFrame(
        {
            "group_id": past["group_id"],
            "period": past["period"],
            "member_months": months,
            "allowed_amount": past["allowed_amount"],
            "expected_cost": manual.predict(past) * months.to_numpy() / 12.0,
        }
    )


def _kept(rate: dict[str, object]) -> dict[str, object]:
    names = ("members", "member_months", *METHODS, "credibility", "centre", "lower", "upper")
    return {name: rate[name] for name in names}


def _on_level(rated: pd.DataFrame) -> pd.DataFrame:
    """Each method's rates scaled to the groups' total of the year, and everything as a relativity to it."""
    weight = rated["member_months"].to_numpy(float)
    mean = np.average(rated["actual_pmpm"], weights=weight)
    found = rated.assign(actual=rated["actual_pmpm"] / mean)
    for name in METHODS:
        scale = np.average(rated[name], weights=weight)
        found[name] = rated[name] / scale
        if name == "expected_pmpm":
            found = found.assign(lower=rated["lower"] / scale, upper=rated["upper"] / scale)
    return found


def error(rated: pd.DataFrame, method: str) -> float:
    """Root of the member-month weighted mean squared error of the relativity."""
    squares = (rated[method] - rated["actual"]) ** 2
    return float(np.sqrt(np.average(squares, weights=rated["member_months"])))


def _better(rated: pd.DataFrame, other: str, seed: int) -> tuple[float, float]:
    """95 % bootstrap interval over groups of the error of `other` minus that of the blend."""
    picked = np.random.default_rng(seed).integers(0, len(rated), (_DRAWS, len(rated)))
    weight = rated["member_months"].to_numpy(float)[picked]

    def errors(method: str) -> np.ndarray:
        squares = ((rated[method] - rated["actual"]) ** 2).to_numpy(float)
        return np.sqrt(np.average(squares[picked], axis=1, weights=weight))

    low, high = np.quantile(errors(other) - errors("expected_pmpm"), [0.025, 0.975])
    return float(low), float(high)


def _bands(rated: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    named = [(f"{low} to {high - 1}" if high < 10_000 else f"{low} and more", low, high) for low, high in BANDS]
    found = [(name, rated[rated["members"].between(low, high - 1)]) for name, low, high in named]
    return [(name, part) for name, part in found if len(part)] + [("all", rated)]


def _section(rated: pd.DataFrame, book: BookRates, planted: float, seed: int) -> str:
    believed = book.credibility
    title = f"Group levels planted with a spread of {planted:.0%}" if planted else "The book as generated"
    lines = [
        f"## {title}",
        "",
        f"Bühlmann-Straub over {believed.groups} groups: k {believed.k:,.0f} member months, spread of true ratios {np.sqrt(believed.between or 0.0):.3f}, centre {believed.centre:.3f}; pooling charge {book.pooling_charge:.1%} of expected cost.",
        "",
        "| members | groups | mean Z | manual alone | experience alone | blend | 90 % interval holds |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, part in _bands(rated):
        errors = " | ".join(f"{error(part, method):.3f}" for method in METHODS)
        inside = ((part["actual"] >= part["lower"]) & (part["actual"] <= part["upper"])).mean()
        lines.append(f"| {name} | {len(part)} | {part['credibility'].mean():.2f} | {errors} | {inside:.1%} |")
    for other in METHODS[:2]:
        low, high = _better(rated, other, seed)
        lines.append(
            f"\nError of {_WORDS[other]} minus that of the blend, 95 % of bootstrapped groups: {low:+.3f} to {high:+.3f}."
        )
    return "\n".join(lines) + "\n"


def _plot(rated: pd.DataFrame, file: Path) -> None:
    figure, axes = new_figure("Error of group relativities by size", "members of the group", "root mean squared error")
    bands = _bands(rated)[:-1]
    for method, colour in zip(METHODS, (GREY, ORANGE, BLUE), strict=True):
        axes.plot(
            [name for name, _ in bands],
            [error(part, method) for _, part in bands],
            "o-",
            color=colour,
            label=_WORDS[method],
        )
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    figure.savefig(file)


if __name__ == "__main__":
    typer.run(main)
