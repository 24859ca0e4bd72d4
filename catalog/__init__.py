"""Every table of the lake, described as plain data. `TABLES` maps a name to its description.

`IDENTITY` holds the table of who is who. It is none of `TABLES`, so that no job that goes by their names (checks, SQL,
export, summary, publishing) can come upon it.
"""

from __future__ import annotations

import importlib
import pkgutil

from catalog.table import Table


def _load() -> dict[str, Table]:
    tables = {}
    for module in pkgutil.iter_modules(__path__):
        found = getattr(importlib.import_module(f"{__name__}.{module.name}"), "TABLE", None)
        if found is not None:
            tables[found.name] = found
    return tables


_ALL = _load()
TABLES: dict[str, Table] = {name: table for name, table in _ALL.items() if table.layer != "identity"}
IDENTITY: dict[str, Table] = {name: table for name, table in _ALL.items() if table.layer == "identity"}
