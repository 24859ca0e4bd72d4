from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from app.database import FILE, open_database
from app.dispositions import Dispositions
from catalog.errors import NothingToDo
from jobs.acting import acting
from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.workbench import NoHome, home_of
from lake import AuditLog, Lake

NAME = "dispositions.csv"


def deliver_dispositions(
    out: Annotated[Path, typer.Option(help="Folder of the delivery, always the same one; made if need be.")],
    lake: LakeRoot = DEFAULT_LAKE,
    home: Annotated[
        str, typer.Option(help="Folder of the workbench. Empty: beside the lake, `<lake>.workbench`.")
    ] = "",
    by: Annotated[str, typer.Option(help="Who has it delivered, for the audit log. Empty: who runs it.")] = "",
) -> None:
    """Write the workbench's verdicts that count as a delivery of source `dispositions`: those of the page's download.

    A verdict that awaits its second look does not count. The file is whole or as before, whatever stops this.

    Example: underwatch deliver-dispositions --out reviews/workbench
    """
    store = Lake(lake)
    rows = deliver(store, home_of(store, Path(home) if home else None), out, by or acting())
    typer.echo(f"verdicts in {out / NAME}: {rows:,}; ingest-claims --source dispositions reads them as labels")


def deliver(lake: Lake, home: Path, out: Path, by: str) -> int:
    """Writes the file and returns its rows. Raises NoHome without a workbench, NothingToDo without a verdict."""
    if not (home / FILE).exists():
        raise NoHome(
            f"there is no workbench in {home}: `underwatch workbench --lake {lake.root}` makes one; where it is "
            "kept elsewhere, name its folder with --home"
        )
    engine = open_database(home)
    try:
        content = Dispositions(engine, four_eyes=True).delivery()
    finally:
        engine.dispose()
    rows = content.count("\n") - 1
    if not rows:
        raise NothingToDo("no verdict counts yet: record them in the workbench, and have a lead look a second time")
    details = {"rows": rows, "form": "csv", "run_by": acting()}
    AuditLog(lake.root).append(actor=by, action="deliver_dispositions", subject="dispositions", details=details)
    out.mkdir(parents=True, exist_ok=True)
    draft = out / f".{NAME}.{os.getpid()}"  # a name that no source reads
    try:
        draft.write_bytes(content.encode())
        draft.replace(out / NAME)
    finally:
        draft.unlink(missing_ok=True)
    return rows
