"""How well cases find the rings of generated books, and who is in them on real ids: python -m benchmarks.fraud_cases"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from rich.console import Console

from features.care_graph import care_graph
from features.known import final_lines, line_frame, line_history
from features.look_back import look_back
from jobs.as_of import resolve_as_of
from jobs.case_tables import find_cases
from jobs.fraud_tables import known_investigations
from jobs.generate import generate
from jobs.ingest_claims import ingest
from jobs.options import DEFAULT_MASTER
from jobs.spark import spark_session
from jobs.text_table import text_table
from lake import Lake
from models.fraud.inputs import labels_of
from sources import source_named
from sources.delivery import open_delivery
from sources.tokens import TokenKey

_WIDTH = 170
_KEY = TokenKey(b"a key of a benchmark, 32 bytes!!")


@dataclass(frozen=True)
class Truth:
    """Of a generated book: ring of each provider in one, and the look-alike kind and scheme of each that has one."""

    ring: Mapping[str, str]
    look_alike: Mapping[str, str]
    scheme: Mapping[str, str]


def main(
    seeds: Annotated[str, typer.Option(help="Seeds of generated books, joined by commas.")] = "7,23,41",
    members: int = 6000,
    months: int = 36,
    data: Annotated[Path | None, typer.Option(help="A delivery of the provider-fraud benchmark.")] = None,
) -> None:
    """Precision and recall of ring membership on books of known truth; with --data, who is in cases of its claims."""
    with spark_session("fraud-cases", DEFAULT_MASTER) as spark:
        if data is not None:
            _print_labelled(spark, data)
            return
        text = text_table(
            f"Cases, {members:,} members, {months} months",
            *("seed", "providers>", "rings>", "in rings>", "cases>", "in cases>", "right>", "precision>", "recall>"),
            *("pair precision>", "pair recall>", "other fraud>", "look-alikes>", "honest>", "seconds>"),
        )
        for seed in map(int, seeds.split(",")):
            text.add_row(str(seed), *_measured(spark, members, months, seed))
    Console(width=_WIDTH).print(text)


def _measured(spark: SparkSession, members: int, months: int, seed: int) -> list[str]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        generate(members=members, months=months, seed=seed, out=folder / "delivery")
        graph, _, _ = _graph(spark, folder, "synthetic", folder / "delivery")
        truth = _truth(folder / "delivery.truth" / "provider_truth.csv")
        started = time.perf_counter()
        case_of = find_cases(graph, {}).case_of()
        seconds = time.perf_counter() - started
        providers = graph.where("edge_type = 'member_provider'").select("to_id").distinct().count()
    right = [provider for provider in case_of if provider in truth.ring]
    other = [provider for provider in case_of if provider not in truth.ring]
    fraud = sum(provider in truth.scheme for provider in other)
    alike = sum(provider in truth.look_alike for provider in other)
    counts = (providers, len(set(truth.ring.values())), len(truth.ring), len(set(case_of.values())), len(case_of))
    shares = (
        *_shares(len(right), len(case_of), len(truth.ring)),
        *_shares(len(_pairs(case_of) & _pairs(truth.ring)), len(_pairs(case_of)), len(_pairs(truth.ring))),
    )
    return [
        *(f"{count:,}" for count in (*counts, len(right))),
        *shares,
        *(str(count) for count in (fraud, alike, len(other) - fraud - alike)),
        f"{seconds:.0f}",
    ]


def _graph(spark: SparkSession, folder: Path, source: str, delivery: Path) -> tuple[DataFrame, DataFrame, Lake]:
    """care_graph of the last day of a delivery, the investigations known by then, and the lake that holds them."""
    lake = Lake(str(folder / "lake"))
    ingest(spark, lake, open_delivery(source_named(source), [], delivery, "b1", folder), _KEY)
    day = resolve_as_of(spark, lake, "")
    claims, fills = (lake.read_or_empty(spark, name) for name in ("claim_lines", "pharmacy_claims"))
    lines = final_lines(line_history(line_frame(claims, fills)), day)
    graph = care_graph(look_back(lines, day), day).localCheckpoint()
    return graph, known_investigations(spark, lake, day), lake


def _truth(file: Path) -> Truth:
    rows = pd.read_csv(file, dtype=str)
    ring, look_alike, scheme = (
        rows.dropna(subset=[name]).set_index("provider_id")[name].to_dict()
        for name in ("ring_id", "look_alike", "scheme")
    )
    return Truth(ring, look_alike, scheme)


def _pairs(group_of: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs of providers in the same group."""
    return {(left, right) for left, right in combinations(sorted(group_of), 2) if group_of[left] == group_of[right]}


def _shares(right: int, found: int, true: int) -> tuple[str, str]:
    """Precision and recall."""
    return tuple(f"{right / total:.2f}" if total else "-" for total in (found, true))  # type: ignore[return-value]


def _print_labelled(spark: SparkSession, data: Path) -> None:
    """Confirmed providers inside and outside cases, of all that are labelled, by size."""
    with tempfile.TemporaryDirectory() as scratch:
        graph, investigations, _ = _graph(spark, Path(scratch), "provider_fraud", data)
        labels = labels_of(investigations.where("target_type = 'provider'").toPandas())
        cases = find_cases(graph, {})
        billed = graph.where("edge_type = 'member_provider'").groupBy("to_id").agg(F.sum("claim_count").alias("claims"))
        claims = billed.toPandas().set_index("to_id")["claims"]
    case_of = cases.case_of()
    labels = labels.assign(inside=labels["target_id"].isin(case_of), claims=labels["target_id"].map(claims))
    labels = labels.dropna(subset=["claims"])
    bands = pd.qcut(labels["claims"], 3, labels=["fewest claims", "middle", "most claims"])
    text = text_table(
        f"{len(cases.rings)} cases of {len(case_of)} providers, of {len(claims):,}; labelled providers with claims",
        *("providers", "in cases>", "confirmed>", "share>", "not in cases>", "confirmed>", "share>"),
    )
    for name, rows in [("all", labels), *((str(band), labels[bands == band]) for band in bands.cat.categories)]:
        cells = [str(name)]
        for inside in (True, False):
            part = rows.loc[rows["inside"] == inside, "confirmed"]
            cells += [f"{len(part):,}", f"{int(part.sum()):,}", f"{part.mean():.1%}" if len(part) else "-"]
        text.add_row(*cells)
    Console(width=_WIDTH).print(text)


if __name__ == "__main__":
    typer.run(main)
