"""From a delivery to published tables, step by step: python -m benchmarks.end_to_end --members 2000"""

from __future__ import annotations

import csv
import tempfile
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.commands import Ran, run
from benchmarks.main_job_steps import FINE, main_job_steps
from benchmarks.record import append, machine, markdown_table, versions
from jobs.generate import generate
from jobs.options import DEFAULT_MASTER
from jobs.sql import connect
from jobs.token_key import write_new_key
from lake import Lake
from models.plot_style import SERIES, new_figure

SECTION = "From delivery to published tables"
HUB_SHARE = 0.20
PLOT = Path("docs/benchmarks/end_to_end.png")
_COLUMNS = ("step", "seconds>", "processor seconds>", "peak memory GiB>", "processor seconds a million lines>")


@dataclass(frozen=True)
class Measured:
    """One run of all steps; `written` are the bytes that each left in the lake."""

    members: int
    lines: int
    steps: dict[str, Ran]
    written: dict[str, int]

    @property
    def seconds(self) -> float:
        return sum(ran.seconds for ran in self.steps.values())

    @property
    def processor_seconds(self) -> float:
        return sum(ran.processor_seconds for ran in self.steps.values())

    @property
    def peak_bytes(self) -> int:
        return max(ran.peak_bytes for ran in self.steps.values())


def main(
    members: Annotated[list[int] | None, typer.Option(help="Members of the generated book; several times.")] = None,
    months: Annotated[int, typer.Option(help="Its months: two years, so that a cost model can be learnt.")] = 24,
    seed: Annotated[int, typer.Option(help="Its seed.")] = 7,
    hub: Annotated[bool, typer.Option("--hub", help="One provider holds 20 % of the claims.")] = False,
    memory_cap: Annotated[float, typer.Option(help="GiB of all processes above which the benchmark fails.")] = 8.0,
    driver_memory: Annotated[str, typer.Option(help="Heap of the one Spark process.")] = "2g",
    master: Annotated[str, typer.Option(help="Spark master; a cluster for the larger books.")] = DEFAULT_MASTER,
    write: Annotated[Path | None, typer.Option(help="Append the tables to this page, as docs/benchmarks.md.")] = None,
) -> None:
    """Generate books, run every step of the main job on each as Airflow's tasks do, and print what each step took.

    Every step is a process of its own, Spark's start included; Airflow is not in the figures. Ends with 1 where
    memory rose above the cap. With several sizes, also how each step grows from the smallest to the largest.

    A member brings about 1.7 lines a month: 2,200 members make some ninety thousand, 22,000 nine hundred thousand.

    Example: python -m benchmarks.end_to_end --members 2200 --members 22000
    """
    found = [_measured(count, months, seed, hub, driver_memory, master) for count in sorted(members or [2_200])]
    command = f"python -m benchmarks.end_to_end {' '.join(f'--members {one.members}' for one in found)}"
    command += f" --months {months}{' --hub' if hub else ''}"
    said = f"`{command}`, {machine()}, {versions('pyspark', 'xgboost-cpu')}, Spark heap {driver_memory}"
    said += "".join(f"\n\n**{_title(one, hub)}**:\n\n{_table(one)}" for one in found)
    if len(found) > 1:
        ends = f"from {found[0].lines:,} to {found[-1].lines:,}"
        said += f"\n\nWhat each million lines more adds, {ends}:\n\n{_growth(found)}"
    print(said, flush=True)
    if write:
        append(write, SECTION, said)
        plot(found, PLOT)
    over = [one for one in found if one.peak_bytes > memory_cap * 2**30]
    if over:
        raise SystemExit(f"{over[0].lines:,} lines took more than {memory_cap:g} GiB")


def _measured(members: int, months: int, seed: int, hub: bool, driver_memory: str, master: str) -> Measured:
    with tempfile.TemporaryDirectory(prefix="underwatch-end-to-end-") as scratch:
        folder, lake = Path(scratch), Lake(f"{scratch}/lake")
        generate(members=members, months=months, seed=seed, out=folder / "delivery")
        if hub:
            make_hub(folder / "delivery" / "claim_lines.csv")
        write_new_key(folder / "key")
        steps: dict[str, Ran] = {}
        written: dict[str, int] = defaultdict(int)
        for command, *options in main_job_steps(folder / "delivery", folder / "key", checks=True):
            if command != "publish":
                options.append(f"--master={master}")
            name, before = _name(command, options), _size(Path(lake.root))
            environment = {"UNDERWATCH_DRIVER_MEMORY": driver_memory}
            steps[name] = run(command, *options, f"--lake={lake.root}", environment=environment, fine=FINE)
            written[name] = _size(Path(lake.root)) - before
        return Measured(members, _lines_in(lake), steps, dict(written))


def make_hub(file: Path) -> None:
    """Give a fifth of the claims, whole, to the provider of the first one."""
    made = file.with_suffix(".hub")
    with file.open(newline="") as given, made.open("w", newline="") as out:
        reader = csv.DictReader(given)
        writer = csv.DictWriter(out, reader.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        hub = None
        for row in reader:
            hub = hub or row["provider_id"]
            if zlib.crc32(row["claim_id"].encode()) % 1000 < HUB_SHARE * 1000:
                row["provider_id"] = hub
            writer.writerow(row)
    made.replace(file)


def plot(found: list[Measured], file: Path) -> None:
    """Processor seconds of each step by the size of the book, on logarithmic axes: a line at 45 degrees is linear."""
    figure, axes = new_figure("From delivery to published tables", "claim lines and fills", "processor seconds")
    lines = [one.lines for one in found]
    heaviest = sorted(found[-1].steps, key=lambda step: -found[-1].steps[step].processor_seconds)[: len(SERIES) - 1]
    axes.plot(lines, [one.processor_seconds for one in found], color=SERIES[0], marker="o", label="all steps")
    for colour, step in zip(SERIES[1:], heaviest, strict=False):
        spent = [one.steps[step].processor_seconds for one in found]
        axes.plot(lines, spent, color=colour, marker="o", label=step)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Software": None})


def _name(command: str, options: list[str]) -> str:
    """The command and, where it runs several times, the first of its tables."""
    tables = [option.split("=")[1].split(",")[0] for option in options if option.startswith("--tables=")]
    return " ".join([command, *tables])


def _title(one: Measured, hub: bool) -> str:
    skew = ", one provider with a fifth of the claims" if hub else ""
    written = sum(one.written.values()) / 1e6
    return f"{one.lines:,} lines, {one.members:,} members{skew}, {written:,.0f} MB written"


def _table(one: Measured) -> str:
    rows = [_row(step, ran, one.lines) for step, ran in one.steps.items()]
    whole = Ran(one.seconds, one.peak_bytes, one.processor_seconds)
    return markdown_table(_COLUMNS, [*rows, _row("**all steps**", whole, one.lines)])


def _row(step: str, ran: Ran, lines: int) -> list[str]:
    each = ran.processor_seconds / lines * 1e6
    return [step, f"{ran.seconds:.0f}", f"{ran.processor_seconds:.0f}", f"{ran.peak_bytes / 2**30:.1f}", f"{each:,.0f}"]


def _growth(found: list[Measured]) -> str:
    """Slopes between the smallest and the largest book: what starting costs cancels out."""
    first, last = found[0], found[-1]
    more = (last.lines - first.lines) / 1e6
    rows = []
    for step in last.steps:
        seconds = (last.steps[step].seconds - first.steps[step].seconds) / more
        worked = (last.steps[step].processor_seconds - first.steps[step].processor_seconds) / more
        size = (last.written[step] - first.written[step]) / more / 1e6
        rows.append([step, *(f"{round(figure):,}" for figure in (seconds, worked, size))])
    sums = [f"{sum(float(row[at].replace(',', '')) for row in rows):,.0f}" for at in (1, 2, 3)]
    return markdown_table(("step", "seconds>", "processor seconds>", "MB written>"), [*rows, ["**all steps**", *sums]])


def _size(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file())


def _lines_in(lake: Lake) -> int:
    connection = connect(lake)
    tables = [name for name in ("claim_lines", "pharmacy_claims") if lake.exists(name)]
    return sum(int(connection.sql(f"select count(*) from {name}").fetchall()[0][0]) for name in tables)  # noqa: S608


if __name__ == "__main__":
    typer.run(main)
