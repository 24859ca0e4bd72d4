"""What a person says once, when a batch is ingested, and every later DAG of that batch must know.

A run that an Asset triggers has no configuration and no logical date, so each job that updates an Asset writes these
facts on the event, and the next DAG reads them there. A run started by hand reads its own trigger form.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param
from jinja2 import pass_context

SOURCES = [
    "synthetic",
    "canonical",
    "desynpuf",
    "tuva",
    "provider_fraud",
    "leie",
    "dispositions",
    "rif",
    "fhir",
    "x12",
]
RETRAIN = ["if-data-changed", "if-missing", "always"]

# A path or URL: no quotes, wildcards, redirections or control characters.
_PLACE = r"^[^\x00-\x1f\x22'`$;|&<>*?]+$"

SOURCE = Param(
    "synthetic",
    type="string",
    enum=SOURCES,
    title="Source",
    description="Format of the delivery: how its files are named and what their columns mean.",
)
DELIVERY = Param(
    "var/deliveries/synthetic",
    type="string",
    minLength=1,
    maxLength=1000,
    pattern=_PLACE,
    title="Delivery",
    description="Folder that holds the files as they were delivered.",
)
LAKE = Param(
    "var/lake",
    type="string",
    minLength=1,
    maxLength=1000,
    pattern=_PLACE,
    title="Lake",
    description="Root of the lake that is read and written: a folder or an object-store URL.",
)
BATCH_ID = Param(
    None,
    type=["null", "string"],
    maxLength=200,
    pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
    title="Batch id",
    description="Name of the batch; the same name replaces the batch. Empty: the source and the delivery's folder.",
)
ACCEPT_VOLUME = Param(
    False,
    type="boolean",
    title="Accept the volume",
    description="Go on although the batch has less than half of the rows that its source usually delivers.",
)
AS_OF = Param(
    None,
    type=["null", "string"],
    format="date",
    title="As of",
    description="Use only what was known on this day. Empty: the last day the lake knows of.",
)
RETRAIN_WHEN = Param(
    "if-data-changed",
    type="string",
    enum=RETRAIN,
    title="Retrain",
    description="When to train new model versions instead of keeping the newest.",
)
SEED = Param(
    7,
    type="integer",
    minimum=0,
    maximum=2**31 - 1,
    title="Seed",
    description="Seed of everything random in training; the same seed gives the same models.",
)
SEARCH_BUDGET = Param(
    0,
    type="integer",
    minimum=0,
    maximum=500,
    title="Search budget",
    description="Shapes of trees tried in each training fold; 0 keeps the usual ones.",
)

CARRIED = ("lake", "batch_id", "as_of", "retrain", "seed")
"""Facts written on asset events."""


def fact(context: Any, name: str) -> str:
    """A fact of this run as text: from the newest triggering asset event, else from the trigger form, else empty."""
    events = [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]
    told = max(events, key=lambda event: event.timestamp).extra if events else {}
    value = told.get(name) if name in told else context["params"].get(name)
    if name == "batch_id" and value is None and "delivery" in context["params"]:
        return f"{context['params']['source']}-{context['params']['delivery'].rstrip('/').rsplit('/', 1)[-1]}"
    return "" if value is None else str(value)


def carried(context: Any) -> dict[str, str]:
    """What to write on the asset events of this run. Empty facts are left to the next DAG's own defaults."""
    return {name: value for name in CARRIED if (value := fact(context, name))}


MACROS = {"fact": pass_context(fact)}
"""Lets templates say `{{ fact('lake') }}`."""
