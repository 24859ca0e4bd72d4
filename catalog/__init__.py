"""Every table of the lake, described as plain data. `TABLES` maps a name to its description."""

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


TABLES: dict[str, Table] = _load()
