from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from catalog.errors import BadDelivery
from jobs.local_airflow import local_airflow
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, AsOf, Engine, EngineName, LakeRoot, Master, Seed
from jobs.processes import PeakMemory, ends_on_signals
from jobs.synthetic_delivery import ensure_synthetic
from jobs.watch import Watch
from lake import Lake
from sources import SOURCES

LAST = {"score_claims": "train_fraud", "score_risk": "train_risk"}
"""DAGs that publish, and what trains for each: when all of them are done, the batch is done."""

_SYNTHETIC = "var/deliveries/synthetic"


def run(
    source: Annotated[str, typer.Option(help=f"Format of the delivery: {', '.join(SOURCES)}.")] = "synthetic",
    delivery: Annotated[
        str, typer.Option(help=f"Folder of the delivery. Empty: {_SYNTHETIC}, generated when it is not there.")
    ] = "",
    lake: LakeRoot = DEFAULT_LAKE,
    batch_id: Annotated[str, typer.Option(help="Name of the batch. Empty: the source and the folder's name.")] = "",
    as_of: AsOf = "",
    members: Annotated[int, typer.Option(help="Members of a generated delivery.")] = 6000,
    months: Annotated[int, typer.Option(help="Months of a generated delivery.")] = 36,
    seed: Seed = 7,
    retrain: Annotated[str, typer.Option(help="if-data-changed, if-missing or always.")] = "if-data-changed",
    master: Master = DEFAULT_MASTER,
    engine: EngineName = Engine.spark,
    airflow_runs: Annotated[Path, typer.Option(help="Where Airflow's folder and logs of each run are kept.")] = Path(
        "var/airflow"
    ),
) -> None:
    """Run the whole main job through Airflow and print what was published.

    Ingests a delivery, builds features, trains, scores, checks and publishes. Nothing keeps running afterwards.

    Example: underwatch run --source desynpuf --delivery ../shared/data/desynpuf --lake var/desynpuf

    On one machine, features built several times as fast: underwatch run --engine sail
    """
    started = time.monotonic()
    with ends_on_signals():
        folder = _delivery(source, delivery, members, months, seed)
        root = lake if "://" in lake else str(Path(lake).resolve())
        facts = {
            "source": source,
            "delivery": str(folder),
            "lake": root,
            "batch_id": batch_id or None,
            "as_of": as_of or None,
            "retrain": retrain,
            "seed": seed,
            "engine": engine.value,
        }
        typer.echo(f"Starting Airflow for {source} delivery {folder} into lake {root} ...")
        here = master.startswith("local")
        # Two DAGs publish, at moments of their own: the database gets what they published once, when both are done.
        database = os.environ.pop("UNDERWATCH_POSTGRES", "")
        with local_airflow(airflow_runs, master, share_spark=here) as airflow, PeakMemory(airflow.family) as memory:
            typer.echo(f"Airflow is at {airflow.url} (user admin, password in {airflow.folder}/password.json)")
            watch = Watch(airflow, LAST)
            airflow.api.trigger("ingest_claims", f"batch-{datetime.now(UTC):%Y%m%dT%H%M%S}", facts)
            watch.until_done()
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    typer.echo(f"Done in {minutes}:{seconds:02d}; peak memory of all processes {memory.peak_bytes / 2**30:.1f} GiB.\n")
    # Here, because they bring libraries that the long wait need not hold in memory.
    from jobs.publish_sql import publish_to
    from jobs.quote_sample import sample_quote
    from jobs.summary import summary

    sample_quote(Lake(root), master)
    if database:
        publish_to(Lake(root), database)
    summary(lake=root)


def _delivery(source: str, delivery: str, members: int, months: int, seed: int) -> Path:
    """The delivery's folder, generated first if need be. Raises BadDelivery when there is none."""
    if source == "synthetic":
        folder = Path(delivery or _SYNTHETIC).resolve()
        if not ensure_synthetic(folder, members, months, seed):
            typer.echo(f"Using the synthetic delivery that is in {folder}")
        return folder
    if not delivery:
        raise BadDelivery(f"say where the {source} files are: --delivery FOLDER")
    folder = Path(delivery).resolve()
    if not folder.is_dir():
        raise BadDelivery(f"there is no folder {delivery}; give the folder that holds the {source} files")
    return folder
