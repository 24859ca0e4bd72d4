"""What some features add to the expected cost: python -m benchmarks.risk_features --without readmissions"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console

from benchmarks.risk_quality.figures import compared
from benchmarks.risk_quality.generated import generated_panel
from benchmarks.risk_quality.panel import Panel
from jobs.text_table import text_table
from models.risk.cost import fit_cost
from models.risk.names import kept_features
from models.risk.rows import SIDES

ALL, FEWER = "every feature", "without them"
_FIGURES = {"levelled_r2_capped_250k": "R2 capped 250k", "gini": "Gini", "mae_over_mean": "MAE/mean (less is better)"}


def main(
    without: Annotated[str, typer.Option(help="Comma list of features to learn without.")],
    members: Annotated[int, typer.Option(help="Members ever covered in the generated book.")] = 12_000,
    seed: Annotated[int, typer.Option(help="Seed of the book and of all that is random.")] = 11,
    lake: Annotated[Path, typer.Option(help="Folder of the benchmark's lakes.")] = Path("var/benchmarks"),
) -> None:
    """Learn the expected cost with and without some features, on the panel of benchmarks.risk_quality.

    Each of five times a fifth of the people is kept out of learning and predicted in the later year. The level of that
    year is taken out of R2. Intervals are 95 % of a bootstrap over members; of a difference, paired.
    """
    console = Console(width=140)
    kept = kept_features(name.strip() for name in without.split(","))
    panel = generated_panel(members, seed, lake, console)
    table = worth(panel, kept, seed, console)
    text = text_table(
        f"{without}: {len(panel.later):,} members, seed {seed}, {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}",
        *("members", "figure", "with>", "without>", "difference (95 %)>"),
    )
    for row in table.itertuples():
        difference = f"{row.whole - row.fewer:+.4f} ({row.lower:+.4f} to {row.upper:+.4f})"
        text.add_row(f"{row.who}: {row.members:,}", row.figure, f"{row.whole:.4f}", f"{row.fewer:.4f}", difference)
    console.print(text)


def worth(panel: Panel, kept: tuple[str, ...], seed: int, console: Console) -> pd.DataFrame:
    """One row per group of members and figure: learnt from all features (`whole`), from those kept (`fewer`), and the
    interval (`lower`, `upper`) of the difference."""
    few = replace(panel, earlier=panel.earlier.only(kept), later=panel.later.only(kept))
    expected = {name: _unseen(one, seed, console) for name, one in ((ALL, panel), (FEWER, few))}
    seen, found = panel.later.frame, []
    groups = {"all": np.ones(len(seen), bool)}
    if "admissions" in seen:
        groups["with a stay in hospital"] = seen["admissions"].fillna(0).to_numpy() > 0
    for who, keep in groups.items():
        scores = compared(panel.later.take(keep), {name: said[keep] for name, said in expected.items()}, ALL, seed)
        for figure, name in _FIGURES.items():
            ends = (scores.loc[FEWER, f"beats_{figure}_{end}"] for end in ("lower", "upper"))
            found.append((who, keep.sum(), name, scores.loc[ALL, figure], scores.loc[FEWER, figure], *ends))
    return pd.DataFrame(found, columns=["who", "members", "figure", "whole", "fewer", "lower", "upper"])


def _unseen(panel: Panel, seed: int, console: Console) -> np.ndarray:
    """Expected cost of each row of the later year, by models of other people in the earlier one (USD a year)."""
    expected = pd.Series(np.nan, index=range(len(panel.later)))
    for turn in range(len(SIDES)):
        console.print(f"{len(panel.earlier.features)} features: turn {turn + 1} of {len(SIDES)} ...")
        earlier, later = panel.dealt(turn, seed)
        unseen = np.flatnonzero(later.side == "unseen")
        model, _ = fit_cost(earlier, seed)
        expected.iloc[unseen] = model.predict(later.frame.iloc[unseen])
    return expected.to_numpy()


if __name__ == "__main__":
    typer.run(main)
