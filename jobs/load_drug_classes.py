from __future__ import annotations

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
from sources.archives import is_archive, unpack
from sources.fda_ndc.products import DIRECTORY, FILE, read_products

TABLE = "drug_classes"


def load_drug_classes(
    products: Annotated[Path, typer.Option(help="product.txt of FDA's NDC directory, or ndctext.zip as downloaded.")],
    lake: LakeRoot = DEFAULT_LAKE,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Load the pharmacologic classes of drugs from the NDC directory that you downloaded from the FDA into the lake.

    They replace those that were loaded before. The next build-features uses them; without, features of drug classes are
    unknown.

    Example: underwatch load-drug-classes --products ndctext.zip
    """
    with spark_session("load-drug-classes", master) as spark, TemporaryDirectory() as folder:
        load(spark, Lake(lake), _product_file(products, Path(folder)))


def load(spark: SparkSession, lake: Lake, file: Path) -> None:
    """Read, check and commit the directory. Raises BadDelivery and CheckStopped; the lake keeps what it had then."""
    with step(f"loading {TABLE}", of=file.name) as found:
        rows = read_products(file)
        staged = lake.stage(spark.createDataFrame(rows, TABLES[TABLE].ddl).coalesce(1), TABLE, DIRECTORY)
        found.update(rows=len(rows), classes=len({name for _, _, name, _ in rows}))
    check(spark, lake, [TABLE], DIRECTORY, staged=True)
    version = lake.commit(staged, f"load-drug-classes {file.name}")
    typer.echo(f"{TABLE}: {len(rows):,} rows, version {version}")


def loaded_drug_classes(spark: SparkSession, lake: Lake) -> DataFrame | None:
    """What features read; None where no directory was loaded."""
    return lake.read(spark, TABLE) if lake.exists(TABLE) else None


def _product_file(given: Path, folder: Path) -> Path:
    if not given.is_file():
        raise BadDelivery(f"there is no file {given.name}; give product.txt or ndctext.zip, downloaded from the FDA")
    if not is_archive(given):
        return given
    inside = {name.lower(): path for name, path in unpack(given, folder).items()}
    if FILE not in inside:
        raise BadDelivery(f"{given.name} holds no {FILE}; give ndctext.zip of FDA's NDC directory")
    return inside[FILE]
