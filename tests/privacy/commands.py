"""Runs the real commands one after the other in one process of its own, so that what Spark's JVM prints is caught, too.

python -m tests.privacy.commands FOLDER     (the deliveries lie in FOLDER, lakes are made there)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

import jobs.spark
from tests.privacy.deliveries import REFUSED, TAKEN

_SHARE = "--max-rejected-share=0.9"
_CHECKED = "members,claim_lines,rejected_rows"


def main(folder: Path) -> None:
    with jobs.spark.spark_session("privacy", "local[2]") as spark:
        spark.conf.set("spark.sql.shuffle.partitions", "2")  # a handful of rows

        @contextmanager
        def shared(_app: str, _master: str) -> Iterator[object]:
            yield spark

        jobs.spark.spark_session = shared  # type: ignore[assignment]
        for source in TAKEN:
            _ingest(source, folder / source, folder, "--keep-identifiers" if source in ("canonical", "x12") else "")
        for name in REFUSED:
            _ingest("canonical", folder / name, folder)
        _ingest("tuva", folder / "canonical", folder)
        _command(folder, "check-tables", f"--tables={_CHECKED}", "--batch-id=canonical-canonical")
        _command(folder, "check-tables", "--tables=members", "--batch-id=x12-x12")
        _command(folder, "summary")
        _command(folder, "export", "rejected_rows", f"--csv={folder / 'said' / 'rejected.csv'}")
        _command(folder, "sql", "select cast(member_id as int) from members")


def _ingest(source: str, delivery: Path, folder: Path, more: str = "") -> None:
    _command(folder, "ingest-claims", f"--source={source}", f"--delivery={delivery}", _SHARE, *([more] if more else []))


def _command(folder: Path, *arguments: str) -> None:
    from jobs import cli

    sys.argv = ["underwatch", *arguments, f"--lake={folder / 'lake'}"]
    try:
        cli.main()
        code: object = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException as error:  # a fault of ours: what it says is looked through as well
        sys.excepthook(type(error), error, error.__traceback__)
        code = "fault"
    typer.echo(f"ENDED {arguments[0]} {code}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
