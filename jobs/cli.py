"""The `underwatch` command. Each command is a function in a file of its own in this room.

Command files import Spark, XGBoost or PyTorch, which cost seconds, so only the one asked for is imported.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from catalog.errors import UnderwatchError
from jobs.progress import configure_logging

COMMANDS = {
    "run": "Run the whole main job through Airflow and print what was published.",
    "generate": "Write a synthetic delivery: members, providers, claims, investigations, and the truth about them.",
    "ingest-claims": "Read a delivery into the canonical tables; what cannot be read goes to rejected_rows.",
    "sources": "List the formats of deliveries, what each expects and an example.",
    "codes": "Say what a diagnosis, procedure, DRG, place or revenue code is and when it is valid.",
    "load-edits": "Load NCCI edits and unit limits downloaded from CMS into the lake.",
    "load-drug-classes": "Load pharmacologic classes of drugs from FDA's NDC directory into the lake.",
    "new-token-key": "Write a random key for member tokens to a file.",
    "token": "Say under which token the lake knows a member.",
    "identify": "Say who the member of a token is, where identifiers were kept apart.",
    "check-tables": "Run the Great Expectations suites of tables; STOP or WARN.",
    "build-features": "Build the feature tables as of a date.",
    "train-fraud": "Train the fraud models, measure them out of sample and register them.",
    "train-risk": "Train the risk models, measure them out of time and register them.",
    "compare-models": "Print a version beside the champion, its gate and who approved it.",
    "approve": "Let a version that passed its gate score; a risk model needs two persons.",
    "rollback": "Let a version that scored before score again.",
    "model-card": "Print the model card of a version: data, use, limits, metrics, gate, fairness, approvals.",
    "score-claims": "Score claims and providers with the champion models; stage the result.",
    "score-risk": "Predict every member's cost with the champion model; stage the result.",
    "evaluate": "Hold the published provider ranking against a file of labels.",
    "quote": "Quote a group or a list of members, where the law allows the use.",
    "publish": "Swap what readers see to the staged tables; with --to, copy them to PostgreSQL.",
    "answer-requests": "Answer the request files of an inbox folder, each once.",
    "link-providers": "Say which provider ids are one provider, with a probability for each pair.",
    "audit-sample": "Draw a random sample of a provider's paid claims for review, which can be replayed.",
    "audit-estimate": "Estimate the overpayment from a reviewed sample, with its lower bound.",
    "audit-log": "Print who did what to models, tables and quotes, newest last.",
    "audit-log-verify": "Find the first changed, removed or moved entry of the audit log.",
    "monitor": "Hold data, features, scores and outcomes against what the champions were trained on.",
    "breaches": "Print the breaches that monitoring kept of a day.",
    "lineage": "Say where published rows came from, from the files delivered on, and write a page.",
    "replay": "Make published scores again from what they were made of, and compare row by row.",
    "summary": "Say what the lake holds and what was published last.",
    "sql": "Answer a SQL query on the tables of the lake.",
    "airflow": "Open an Airflow in the browser: retrain, approve, monitor.",
    "workbench": "Open the web workbench: review queue, dispositions, quotes, models.",
    "deliver-dispositions": "Write the workbench's verdicts that count as a delivery, for ingest-claims.",
    "export": "Write a published table to a CSV file.",
    "export-views": "Write a DuckDB file with a view of each table of the lake.",
}
"""Command name -> one-line help. `ingest-claims` is function `ingest_claims` of jobs/ingest_claims.py."""


DISK_FULL = (
    "the disk (or a quota) is full; readers keep the previous version of every table. Make room, such as by "
    "vacuum_orphans (docs/runbook.md), and run it again"
)


class _Commands(TyperGroup):
    # Typer carries its own copy of click, whose types it does not publish: hence Any.

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        function = cmd_name.replace("-", "_")
        app = typer.Typer(add_completion=False, rich_markup_mode="rich")
        app.command(cmd_name)(getattr(importlib.import_module(f"jobs.{function}"), function))
        return typer.main.get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # a local variable may hold a member identifier
)


@app.callback()
def _underwatch() -> None:
    """Underwatch finds fraud in health claims and prices risk.

    Start with `underwatch run`, then `underwatch summary`.
    """


def main() -> None:
    """Run the command line; expected errors end in one line that names the mend, and a code of their own."""
    configure_logging()
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        app()
    except UnderwatchError as error:
        typer.secho(f"{type(error).__name__}: {error}", fg="red", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) and "os error 28" not in str(error):
            raise
        typer.secho(f"DiskFull: {DISK_FULL}", fg="red", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
