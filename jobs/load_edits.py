from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pyspark.sql import DataFrame, SparkSession

from catalog import TABLES
from catalog.errors import BadDelivery
from jobs.check_tables import check
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, LakeRoot, Master
from jobs.progress import step
from jobs.spark import spark_session
from lake import Lake
from sources.ncci.files import text_files
from sources.ncci.mue import end_of_quarter, quarter_of, read_mue
from sources.ncci.ptp import read_ptp

_Files = list[Path]
_FORMATS = ["%Y-%m-%d"]


def load_edits(
    ncci: Annotated[_Files | None, typer.Option("--ncci", help="PTP files of CMS; repeat it for all parts.")] = None,
    mue: Annotated[_Files | None, typer.Option("--mue", help="MUE files of CMS; may be repeated.")] = None,
    setting: Annotated[
        str, typer.Option(help="practitioner, outpatient_hospital or dme. Empty: as the files' names say.")
    ] = "",
    valid_from: Annotated[
        datetime | None, typer.Option(formats=_FORMATS, help="First day of the limits, where no file name says it.")
    ] = None,
    valid_until: Annotated[
        datetime | None, typer.Option(formats=_FORMATS, help="Last day of the limits; default: the quarter's.")
    ] = None,
    lake: LakeRoot = DEFAULT_LAKE,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Load the quarterly NCCI edits (pairs of codes, most units) that you downloaded from CMS into the lake.

    Pairs replace those of their setting: give all parts of its table at once. Limits replace those of their setting and
    quarter: load each quarter that your claims are of. The next build-features uses them.

    Example: underwatch load-edits --ncci ccipra-f1.txt --mue MCR_MUE_PractitionerServices_Eff_01-01-2025.csv
    """
    if not ncci and not mue:
        raise typer.BadParameter("name the files with --ncci or --mue")
    if setting not in ("", "practitioner", "outpatient_hospital", "dme"):
        raise typer.BadParameter("practitioner, outpatient_hospital or dme", param_hint="--setting")
    store = Lake(lake)
    first, last = (day.date() if day else None for day in (valid_from, valid_until))
    with spark_session("load-edits", master) as spark, TemporaryDirectory() as folder:
        pairs = text_files(ncci or [], Path(folder) / "ncci")
        units = text_files(mue or [], Path(folder) / "mue")
        load(spark, store, _named(pairs, setting), _named(units, setting), first, last)


def load(
    spark: SparkSession,
    lake: Lake,
    pairs: Mapping[str, list[Path]],
    units: Mapping[str, list[Path]],
    first: date | None = None,
    last: date | None = None,
) -> None:
    """Read, check and commit the files of each setting. Raises BadDelivery, CheckStopped; what was committed stays."""
    for setting, files in sorted(pairs.items()):
        _commit(spark, lake, read_ptp(spark, files, setting), "ncci_edits", setting)
    for setting, files in sorted(units.items()):
        for file in files:
            begins = first or quarter_of(file.name)
            if begins is None:
                raise BadDelivery(f"{file.name} does not say its quarter; say it with --valid-from YYYY-MM-DD")
            ends = last or end_of_quarter(begins)
            if ends < begins:
                raise BadDelivery(f"the limits end on {ends}, before they begin on {begins}")
            rows = spark.createDataFrame(read_mue(file, setting, begins, ends), TABLES["unit_limits"].ddl)
            _commit(spark, lake, rows, "unit_limits", f"{setting}-{begins}")


def _commit(spark: SparkSession, lake: Lake, rows: DataFrame, table: str, partition: str) -> None:
    with step(f"loading {table}", of=partition) as found:
        staged = lake.stage(rows.coalesce(4), table, partition)
        found["rows"] = lake.read_staged(spark, staged).count()
    check(spark, lake, [table], partition, staged=True)
    version = lake.commit(staged, f"load-edits {partition}")
    typer.echo(f"{table} of {partition}: {found['rows']:,} rows, version {version}")


def _named(files: list[tuple[Path, str]], setting: str) -> dict[str, list[Path]]:
    """Setting -> its files; one given by the user goes before those the names say."""
    found: dict[str, list[Path]] = {}
    for file, said in files:
        found.setdefault(setting or said, []).append(file)
    return found
