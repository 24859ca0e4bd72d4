"""One version of a table, held fast: whatever is committed meanwhile, its rows are these."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.dataset as ds
import pyarrow.fs as arrow_fs

from catalog import TABLES
from lake.arrow_types import arrow_schema


@dataclass(frozen=True)
class Pinned:
    """`table_id` is the Delta table's own id, which another lake's table of the same name does not share."""

    table: str
    table_id: str
    version: int
    files: tuple[str, ...]

    def dataset(self) -> ds.Dataset:
        """Its rows with the columns of the catalog; files from before a column was added lack it, which is null."""
        system: arrow_fs.FileSystem = arrow_fs.LocalFileSystem()
        paths = list(self.files)
        if paths and "://" in paths[0]:
            system, _ = arrow_fs.FileSystem.from_uri(paths[0])
            paths = [arrow_fs.FileSystem.from_uri(path)[1] for path in paths]
        layout = ds.ParquetFileFormat(read_options=ds.ParquetReadOptions(coerce_int96_timestamp_unit="us"))
        return ds.dataset(paths, schema=arrow_schema(TABLES[self.table]), filesystem=system, format=layout)
