"""The end-to-end benchmark: what it says of steps, how it tells growth from starting costs, and its skewed book."""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.commands import Ran
from benchmarks.end_to_end import HUB_SHARE, Measured, _growth, _name, _table, make_hub, plot
from benchmarks.main_job_steps import main_job_steps
from jobs.generate import generate
from models.plot_style import SERIES

ROOT = Path(__file__).resolve().parents[2]


def measured(lines: int) -> Measured:
    """A run whose steps take ten seconds to start and one for each 100,000 lines."""
    ran = Ran(10 + lines / 1e5, 2**30, 20 + lines / 5e4)
    written = {"ingest-claims": 100 * lines, "build-features": 0}
    return Measured(lines // 45, lines, {"ingest-claims": ran, "build-features": ran}, written)


def test_growth_is_told_without_what_starting_costs() -> None:
    said = _growth([measured(100_000), measured(1_000_000)])
    assert "| ingest-claims | 10 | 20 | 100 |" in said
    assert "| build-features | 10 | 20 | 0 |" in said
    assert "| **all steps** | 20 | 40 | 100 |" in said


def test_a_run_is_told_step_by_step_and_whole() -> None:
    said = _table(measured(1_000_000))
    assert "| ingest-claims | 20 | 40 | 1.0 | 40 |" in said
    assert "| **all steps** | 40 | 80 | 1.0 | 80 |" in said


def test_steps_of_one_command_are_told_apart_by_their_first_table(tmp_path: Path) -> None:
    steps = main_job_steps(tmp_path / "delivery", tmp_path / "key", checks=True)
    names = [_name(command, options) for command, *options in steps]
    assert len(set(names)) == len(names)
    assert "check-tables claim_lines" in names and "publish scored_claims" in names


def test_the_tables_checked_and_published_are_those_of_the_dags(tmp_path: Path) -> None:
    rendered = "".join(file.read_text() for file in (ROOT / "tests" / "golden" / "dags").glob("*.txt"))
    steps = main_job_steps(tmp_path, tmp_path, checks=True)
    named = [
        one for _, *options in steps for one in options if one.startswith("--tables=") and "claim_lines" not in one
    ]
    assert len(named) == 5
    assert all(f"{one} " in rendered for one in named)


def test_one_provider_of_a_skewed_book_has_a_fifth_of_the_claims_and_no_line_is_lost(tmp_path: Path) -> None:
    generate(members=200, months=12, seed=7, out=tmp_path)
    file = tmp_path / "claim_lines.csv"
    before = rows(file)
    make_hub(file)
    after = rows(file)
    others = [name for name in before[0] if name != "provider_id"]
    assert [[row[name] for name in others] for row in after] == [[row[name] for name in others] for row in before]
    hub = before[0]["provider_id"]
    first, then = ({row["claim_id"]: row["provider_id"] for row in lines} for lines in (before, after))
    moved = [claim for claim in first if first[claim] != hub and then[claim] == hub]
    assert 0.8 * HUB_SHARE < len(moved) / sum(provider != hub for provider in first.values()) < 1.2 * HUB_SHARE
    assert all(then[claim] == first[claim] for claim in first.keys() - set(moved))
    assert {(row["claim_id"], row["provider_id"]) for row in after} == set(then.items())  # claims move whole


def test_growth_is_drawn(tmp_path: Path) -> None:
    steps = {f"step {number}": Ran(number, 1, number) for number in range(1, len(SERIES) + 4)}
    plot([Measured(1, lines, steps, {}) for lines in (1_000, 10_000)], tmp_path / "plots" / "growth.png")
    assert (tmp_path / "plots" / "growth.png").read_bytes().startswith(b"\x89PNG")


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))
