"""Whether the content of a frame changed, whatever files or versions hold it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import ModuleType

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

_DECIMALS = 4


def fingerprint(df: DataFrame) -> str:
    """Row count and the sum of the rows' hashes; the order of rows does not matter.

    Doubles are compared to four decimals: rebuilding a sum in another order changes its last bits.
    """
    hashes = F.xxhash64(*[_comparable(F.col(f"`{field.name}`"), field.dataType) for field in df.schema])
    row = df.agg(F.count("*").alias("rows"), F.sum(hashes.cast("decimal(38,0)")).alias("sum")).first()
    return f"{row['rows']}:{row['sum'] or 0}" if row else "0:0"


def combined(parts: dict[str, object]) -> str:
    """One fingerprint of named parts (fingerprints, parameters, code versions), short enough for a tag."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def code_version(*rooms: ModuleType) -> str:
    """Changes when a Python file or a list of codes in these packages does: what its code made is made again then."""
    digest = hashlib.sha256()
    folders = [Path(room.__file__ or "").parent for room in rooms]
    for file in sorted(path for folder in folders for kind in ("*.py", "*.csv") for path in folder.rglob(kind)):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _comparable(column: Column, kind: T.DataType) -> Column:
    if isinstance(kind, T.FloatType | T.DoubleType):
        return F.round(column, _DECIMALS) + F.lit(0.0)  # -0.0 equals 0.0 but hashes differently
    if isinstance(kind, T.MapType):
        return F.to_json(column)
    return column
