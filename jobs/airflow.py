from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Annotated

import typer

from jobs.local_airflow import local_airflow
from jobs.options import DEFAULT_MASTER, Master
from jobs.processes import ends_on_signals


def airflow(
    account: Annotated[
        list[str] | None,
        typer.Option(help="Name of a further account, which may start DAGs and approve; once for each person."),
    ] = None,
    master: Master = DEFAULT_MASTER,
    airflow_runs: Annotated[Path, typer.Option(help="Where Airflow's folder and logs are kept.")] = Path("var/airflow"),
) -> None:
    """Open an Airflow on 127.0.0.1 until Ctrl-C, to retrain, approve and monitor in a browser.

    Runs and questions that wait end with it: its database is new each time. What jobs wrote stays in the lake.

    Example: underwatch airflow --account ada --account bo
    """
    names = account or []
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,50}", name) or name == "admin":
            raise typer.BadParameter(
                f"{name!r} is no name for an account: letters, digits, dots; admin is there already"
            )
    typer.echo("Starting Airflow ...")
    here = master.startswith("local")
    with (
        ends_on_signals(),
        local_airflow(airflow_runs, master, share_spark=here, accounts=dict.fromkeys(names, "op")) as running,
    ):
        typer.echo(f"Airflow is at {running.url}, for {', '.join(['admin', *names])}")
        typer.echo(f"Passwords: {running.folder / 'password.json'} (good until it ends). Ctrl-C ends it.")
        try:
            while True:
                running.check()
                time.sleep(2)
        except KeyboardInterrupt:
            typer.echo("Ending Airflow ...")
