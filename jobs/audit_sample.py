from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import typer
from pyarrow import dataset
from pyarrow.fs import FileSystem, LocalFileSystem

from catalog.errors import MissingTable, UnderwatchError, Unreconciled
from jobs.as_of import BadDate
from jobs.audit_files import Plan, Sample, dollars, frame_file, read_frame, write
from jobs.options import DEFAULT_LAKE, LakeRoot, Seed
from jobs.text_table import text_console, text_table
from lake import Lake
from models.audit.draw import draw, frame_hash
from models.audit.strata import stratify

_TABLE = "claim_features"


class BadSample(UnderwatchError):
    """The options name no provider, or one without paid claims."""

    exit_code = 2


def audit_sample(
    out: Annotated[Path, typer.Option(help="CSV file of the claims to review; FILE.frame.json goes beside it.")],
    lake: LakeRoot = DEFAULT_LAKE,
    provider: Annotated[str, typer.Option(help="Billing provider.")] = "",
    providers: Annotated[Path | None, typer.Option(help="File with one billing provider a line: one frame.")] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="Day of the claims. Empty: the last with features.")] = "",
    service_from: Annotated[str, typer.Option(help="Only claims that begin on this day (YYYY-MM-DD) or later.")] = "",
    service_through: Annotated[str, typer.Option(help="Only claims that begin on this day or earlier.")] = "",
    size: Annotated[int, typer.Option(min=2, help="Claims to review.")] = 100,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the one-sided lower bound.")] = 0.9,
    seed: Seed = 1,
    replay: Annotated[Path | None, typer.Option(help="Draw what this frame file says again, and compare.")] = None,
) -> None:
    """Draw a stratified random sample of a provider's paid claims for review, which can be replayed.

    Example: underwatch audit-sample --provider P0001 --as-of 2025-12-31 --size 100 --seed 7 --out p0001.csv
    """
    store = Lake(lake)
    if replay:
        before = read_frame(replay)
        drawn = draw_sample(store, before.plan)
        if drawn.frame_text() != before.frame_text():
            raise Unreconciled(
                f"version {before.plan.version} of {_TABLE} in {lake} gives another sample than {replay}"
            )
    else:
        day = as_of or max(store.partitions(_TABLE), default="")
        begins, ends = _day(service_from), _day(service_through)
        ids = _providers(provider, providers)
        drawn = draw_sample(store, Plan(ids, _day(day), begins, ends, size, confidence, seed, store.version(_TABLE)))
    write(frame_file(out), drawn.frame_text())
    write(out, drawn.sample_text())
    _print(drawn)
    typer.echo(f"wrote {len(drawn.claim_ids):,} claims to {out} and their frame to {frame_file(out)}")


def draw_sample(lake: Lake, plan: Plan) -> Sample:
    """The sample that follows from the plan. Raises BadSample, and MissingTable where the lake lacks the day."""
    claim_ids, cents = _claims(lake, plan)
    paid = cents > 0
    frame, amounts = [claim for claim, held in zip(claim_ids, paid, strict=True) if held], cents[paid]
    number, strata = stratify(amounts, plan.size)
    chosen = draw(frame, number, strata, plan.seed)
    return Sample(
        plan,
        frame_hash(frame, amounts),
        strata,
        int((~paid).sum()),
        int(cents[~paid].sum()),
        [frame[place] for place in chosen],
        number[chosen].tolist(),
        amounts[chosen].tolist(),
    )


def _claims(lake: Lake, plan: Plan) -> tuple[list[str], np.ndarray]:
    """claim_id, sorted, and what was paid in cents. One provider's claims fit one machine, so Arrow reads them."""
    files = lake.files(_TABLE, plan.version, plan.as_of)
    if not files:
        raise MissingTable(f"the lake {lake.root} has no {_TABLE} as of {plan.as_of}; run `underwatch build-features`")
    system = LocalFileSystem() if "://" not in files[0] else FileSystem.from_uri(files[0])[0]
    paths = files if "://" not in files[0] else [FileSystem.from_uri(file)[1] for file in files]
    wanted = pc.field("provider_id").isin(plan.provider_ids)
    if plan.service_from:
        wanted &= pc.field("service_from") >= date.fromisoformat(plan.service_from)
    if plan.service_through:
        wanted &= pc.field("service_from") <= date.fromisoformat(plan.service_through)
    columns = ["claim_id", "provider_id", "paid_amount"]
    found = dataset.dataset(paths, filesystem=system, format="parquet").to_table(columns, filter=wanted)
    found = found.sort_by("claim_id")
    paid = found.filter(pc.greater(found["paid_amount"], pa.scalar(0)))
    without = sorted(set(plan.provider_ids) - set(paid["provider_id"].to_pylist()))
    if without:
        raise BadSample(f"no paid claims as of {plan.as_of} for {', '.join(without[:5])}; mend the list of providers")
    cents = pc.cast(pc.multiply(found["paid_amount"], pa.scalar(100)), pa.int64())
    return found["claim_id"].to_pylist(), cents.to_numpy()


def _providers(provider: str, file: Path | None) -> list[str]:
    if bool(provider) == bool(file):
        raise BadSample("give --provider ID or --providers FILE, one of them")
    if file and not file.is_file():
        raise BadSample(f"there is no file {file}; --providers takes a file with one billing provider a line")
    lines = file.read_text(encoding="utf-8-sig").splitlines() if file else [provider]
    ids = sorted({line.strip() for line in lines if line.strip()})
    if not ids:
        raise BadSample(f"{file} names no provider; write one billing provider a line")
    return ids


def _day(text: str) -> str:
    try:
        return str(date.fromisoformat(text)) if text else ""
    except ValueError:
        raise BadDate(f"{text!r} is not a date; write it as YYYY-MM-DD") from None


def _print(drawn: Sample) -> None:
    plan = asdict(drawn.plan)
    title = f"Sample of {len(drawn.claim_ids):,} claims, seed {plan['seed']}, {_TABLE} version {plan['version']}"
    text = text_table(title, "stratum>", "paid from>", "to>", "claims>", "paid USD>", "drawn>")
    for one in drawn.strata:
        amounts = [dollars(cents) for cents in (one.low_cents, one.high_cents)]
        counts = (f"{one.claims:,}", dollars(one.paid_cents), f"{one.drawn:,}{' (all)' if one.certainty else ''}")
        text.add_row(str(one.number), *amounts, *counts)
    text_console().print(text)
    if drawn.left_out:
        typer.echo(
            f"left out: {drawn.left_out:,} claims on which nothing was paid ({dollars(drawn.left_out_cents)} USD)"
        )
