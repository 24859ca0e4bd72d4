"""Command-line options shared by several jobs, so that each is described once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Engine(StrEnum):
    """What computes: Apache Spark, on this machine or a cluster, or Sail, on this machine alone."""

    spark = "spark"
    sail = "sail"


class ApprovalBy(StrEnum):
    automatic = "automatic"
    person = "person"


LakeRoot = Annotated[
    str,
    typer.Option("--lake", envvar="UNDERWATCH_LAKE", help="Root of the lake: a folder or an object-store URL."),
]
Master = Annotated[
    str,
    typer.Option("--master", envvar="UNDERWATCH_MASTER", help="Spark master: local[*] or spark://host:7077."),
]
EngineName = Annotated[
    Engine,
    typer.Option(
        "--engine", envvar="UNDERWATCH_ENGINE", help="spark: here or on a cluster; sail: here alone, and faster."
    ),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        help="Use only what was known on this day (YYYY-MM-DD). Empty: the last day known to the lake.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random; the same seed gives the same result.")]

Approval = Annotated[
    ApprovalBy,
    typer.Option("--approval", help="What promotes a version that passes its gate: the gate itself, or a person."),
]
By = Annotated[str, typer.Option("--by", help="Name of the person who does this; kept in the audit log.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept in the audit log.")]
TrainedBy = Annotated[
    str, typer.Option("--trained-by", help="Name of the person who trains, who then cannot approve the version.")
]

DEFAULT_LAKE = "var/lake"
DEFAULT_MASTER = "local[*]"
