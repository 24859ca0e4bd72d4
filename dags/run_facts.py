"""What a person says once, when a batch is ingested, and every later DAG of that batch must know.

A run that an Asset triggers has no configuration and no logical date, so each job that updates an Asset writes these
facts on the event, and the next DAG reads them there. A run started by hand reads its own trigger form.
"""

from __future__ import annotations

import os
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
ENGINE = Param(
    os.environ.get("UNDERWATCH_ENGINE") or "spark",
    type="string",
    enum=["spark", "sail"],
    title="Engine",
    description="What builds features: Spark, or Sail, which is several times as fast and runs on one machine alone.",
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
CAPACITY = Param(
    0.05,
    type="number",
    minimum=0.001,
    maximum=1.0,
    title="Review capacity",
    description="Share of the book that reviewers can look at: where precision is measured and reasons are made.",
)
LABEL_MATURITY = Param(
    0,
    type="integer",
    minimum=0,
    maximum=3650,
    title="Label maturity",
    description="Days since an investigation's decision before it is learnt from: what is contested may still turn.",
)
ANNUAL_TREND = Param(
    0.0,
    type="number",
    minimum=-0.5,
    maximum=1.0,
    title="Annual trend",
    description="Rise of cost a year and member (0.06 is 6 %) by which past costs are brought to the coming year.",
)
APPROVAL = Param(
    "automatic",
    type="string",
    enum=["automatic", "person"],
    title="Approval",
    description="Who promotes a version that passes its gate: the gate itself, or persons by an approval DAG.",
)
FRAUD_VERSION_OF = Param(
    "fraud_provider",
    type="string",
    enum=["fraud_provider", "fraud_claim"],
    title="Model",
    description="Registered model of which a version is to be approved.",
)
RISK_VERSION_OF = Param(
    "risk_cost",
    type="string",
    pattern=r"^risk_[a-z0-9_-]+$",
    maxLength=200,
    title="Model",
    description="Registered model of which a version is to be approved.",
)
VERSION = Param(
    1,
    type="integer",
    minimum=1,
    title="Version",
    description="Number of the version, as training and the summary print it.",
)
FAIL_ON_BREACH = Param(
    False,
    type="boolean",
    title="Fail on a breach",
    description="Fail the run where a figure is beyond its bound, so that whoever is alerted to failures is.",
)
ON_BREACH = Param(
    os.environ.get("UNDERWATCH_ON_BREACH") or "nothing",
    type="string",
    enum=["nothing", "ask_person"],
    title="On a breach",
    description="Ask a person, whose yes starts a retraining that waits for approval; or do nothing but report.",
)
MARKETS = ["individual", "small_group", "large_group", "self_funded_stop_loss", "medicare", "life", "disability"]
PURPOSES = ["rating", "underwriting", "renewal", "stop_loss", "care_management"]
MARKET = Param(
    "large_group",
    type="string",
    enum=MARKETS,
    title="Market",
    description="Market that the quote is for; the law's rules differ by market.",
)
PURPOSE = Param(
    "renewal",
    type="string",
    enum=PURPOSES,
    title="Purpose",
    description="What the quote is to be used for; a use that the law does not allow is refused with its rule.",
)
JURISDICTION = Param(
    "US",
    type="string",
    pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
    title="Jurisdiction",
    description="Whose rules hold: US, a state such as US-CO, or EU.",
)
GROUP_ID = Param(
    None,
    type=["null", "string"],
    maxLength=200,
    title="Group",
    description="Group of the book to quote. Either this or a list of members.",
)
MEMBERS = Param(
    None,
    type=["null", "string"],
    maxLength=1000,
    pattern=_PLACE,
    title="List of members",
    description="CSV file with member_id and, for members new to the lake, age and sex. Either this or a group.",
)
REQUESTED_BY = Param(
    None,
    type=["null", "string"],
    maxLength=200,
    title="Requested by",
    description="Who asks; kept for audit. Empty: the account that runs the jobs.",
)
REQUEST_ID = Param(
    None,
    type=["null", "string"],
    maxLength=200,
    pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
    title="Request id",
    description="Name of the request; the same name replaces its quote. Empty: the name of this run.",
)
INBOX = Param(
    os.environ.get("UNDERWATCH_INBOX") or "var/inbox",
    type="string",
    minLength=1,
    maxLength=1000,
    pattern=_PLACE,
    title="Inbox",
    description="Folder that request files are put in; answered ones move to its done folder, others to failed.",
)
DISPOSITIONS = Param(
    os.environ.get("UNDERWATCH_DISPOSITIONS") or "var/deliveries/workbench",
    type="string",
    minLength=1,
    maxLength=1000,
    pattern=_PLACE,
    title="Delivery",
    description="Folder that the workbench's verdicts are delivered to, always the same one.",
)
WORKBENCH = Param(
    os.environ.get("UNDERWATCH_WORKBENCH") or None,
    type=["null", "string"],
    maxLength=1000,
    pattern=_PLACE,
    title="Workbench",
    description="Folder of the workbench's accounts and dispositions. Empty: beside the lake, <lake>.workbench.",
)
SQL_SCHEMA = Param(
    os.environ.get("UNDERWATCH_POSTGRES_SCHEMA") or "underwatch",
    type="string",
    pattern=r"^[a-z_][a-z0-9_]{0,39}$",
    title="Schema",
    description="Schema of the database that readers see.",
)

CARRIED = ("lake", "batch_id", "as_of", "retrain", "seed", "engine", "capacity")
"""Facts written on asset events."""


def fact(context: Any, name: str) -> str:
    """A fact of this run as text: from the newest triggering asset event, else from the trigger form, else empty."""
    events = [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]
    told = max(events, key=lambda event: event.timestamp).extra if events else {}
    value = told.get(name) if name in told else context["params"].get(name)
    if name == "batch_id" and value is None and "source" in context["params"]:
        return f"{context['params']['source']}-{context['params']['delivery'].rstrip('/').rsplit('/', 1)[-1]}"
    return "" if value is None else str(value)


def carried(context: Any) -> dict[str, str]:
    """What to write on the asset events of this run. Empty facts are left to the next DAG's own defaults."""
    return {name: value for name in CARRIED if (value := fact(context, name))}


def started_by(context: Any) -> str:
    """Who started this run by hand, as Airflow signed them in; empty for a run that the clock or an asset started."""
    return str(getattr(context.get("dag_run"), "triggering_user_name", None) or "")


MACROS = {"fact": pass_context(fact), "started_by": pass_context(started_by)}
"""Lets templates say `{{ fact('lake') }}`."""
