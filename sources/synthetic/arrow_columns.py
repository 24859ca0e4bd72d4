"""Arrow columns of a delivery: positions become names, day numbers dates, amounts decimals."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from catalog import TABLES
from sources.synthetic.population import AREA_STATES
from sources.synthetic.settings import Settings

MONEY = pa.decimal128(14, 2)


def columns(table: str) -> list[str]:
    """Columns of a delivered file, in order."""
    return [column.name for column in TABLES[table].columns if column.role != "provenance"]


NO_DAY = np.iinfo("int64").min


def text(names: object, position: np.ndarray) -> pa.Array:
    """Names at these positions, null where negative."""
    return pa.array(list(names), pa.string()).take(index(position))  # type: ignore[call-overload]


def index(position: np.ndarray) -> pa.Array:
    return pa.array(position, mask=position < 0)


def text_of(numbers: object) -> pa.Array:
    return pa.array(np.asarray(numbers).astype("int64")).cast(pa.string())


def states(area: np.ndarray) -> pa.Array:
    return text(AREA_STATES, area % len(AREA_STATES))


def catalog_table(table: str, settings: Settings, values: dict[str, object]) -> pa.Table:
    """Arrow table of the catalog's columns and types; day numbers become dates, amounts decimals. A column that may
    be empty and that the generator has no values for is empty."""
    origin = np.datetime64(settings.start)
    rows = len(next(iter(values.values())))  # type: ignore[arg-type]
    arrays = []
    for column in (TABLES[table].column(name) for name in columns(table)):
        if column.nullable and column.name not in values:
            arrays.append(pa.nulls(rows, pa.string()))
            continue
        value = values[column.name]
        if column.type == "date":
            days = np.asarray(value).astype("int64")
            dates = origin + np.where(days == NO_DAY, 0, days).astype("timedelta64[D]")
            arrays.append(pa.array(dates, mask=days == NO_DAY))
        elif column.type.startswith("decimal") or column.type == "double":
            arrays.append(pa.array(np.asarray(value, dtype=float)).cast(MONEY))
        else:
            arrays.append(value if isinstance(value, pa.Array) else pa.array(np.asarray(value)))
    return pa.Table.from_arrays(arrays, names=columns(table))
