"""How well provider links find the truth of a generated register: python -m benchmarks.provider_links"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console

from benchmarks.provider_register import Provider, Quality, register
from jobs.text_table import text_table
from models.linkage.link import entities, link
from models.linkage.weights import DEFAULT_THRESHOLD, MODEL_VERSION

_WIDTH = 170
REGISTERS = {
    "well kept: 10 % lack the NPI": Quality(npi_absent=0.1),
    "usual: 30 % lack the NPI": Quality(),
    "poor: 70 % lack the NPI, 33 % the tax number": Quality(npi_absent=0.7, tax_id_absent=0.33, name_mistyped=0.4),
    "no NPI at all": Quality(npi_absent=1.0),
}


def main(
    providers: Annotated[int, typer.Option(help="True providers in each register.")] = 4000,
    threshold: Annotated[float, typer.Option(min=0.5, max=0.9999)] = DEFAULT_THRESHOLD,
    seed: int = 7,
) -> None:
    """Pairwise precision and recall of links on registers of known truth, beside linking by the same NPI alone."""
    text = text_table(
        f"Provider links, {MODEL_VERSION}, threshold {threshold:g}, {providers:,} providers, seed {seed}",
        *("register", "ids>", "true pairs>", "judged>", "of true>", "precision>", "recall>", "F1>"),
        *("NPI only: precision>", "recall>", "seconds>"),
    )
    for name, quality in REGISTERS.items():
        rows, truth = register(providers, quality, seed)
        started = time.perf_counter()
        links = link(rows, threshold)
        seconds = time.perf_counter() - started
        found, same_npi = _scores(entities(links), truth), _scores(_by_npi(rows), truth)
        text.add_row(
            name,
            *(f"{count:,}" for count in (len(rows), _pairs(truth.values()), len(links))),
            *(f"{share:.3f}" for share in (_blocked(links, truth), *found, *same_npi[:2])),
            f"{seconds:.1f}",
        )
    Console(width=_WIDTH).print(text)


def _scores(entity: Mapping[str, str], truth: Mapping[str, int]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1 of ids drawn into one provider, over all pairs of ids."""
    named = {provider: entity.get(provider, provider) for provider in truth}
    found = _pairs(named.values())
    right = _pairs((named[provider], truth[provider]) for provider in truth)
    precision, recall = right / max(found, 1), right / max(_pairs(truth.values()), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _pairs(groups: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(groups).values())


def _by_npi(rows: list[Provider]) -> dict[str, str]:
    return {str(row["provider_id"]): row["npi"] for row in rows if row["npi"]}


def _blocked(links: pd.DataFrame, truth: Mapping[str, int]) -> float:
    """Share of the true pairs that were judged at all."""
    same = links["left_provider_id"].map(truth) == links["right_provider_id"].map(truth)
    return float(same.sum()) / max(_pairs(truth.values()), 1)


if __name__ == "__main__":
    typer.run(main)
