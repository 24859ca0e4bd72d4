"""A book as files: the delivery, and beside it the truth that no job may read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from sources.synthetic import delivery_tables
from sources.synthetic.arrow_columns import text
from sources.synthetic.book import Book
from sources.synthetic.claims import LOOK_ALIKES, SCHEMES
from sources.synthetic.ids import Ids

FILES: dict[str, Callable[[Book, Ids], pa.Table]] = {
    "members": delivery_tables.members,
    "eligibility": delivery_tables.eligibility,
    "providers": delivery_tables.providers,
    "claim_lines": delivery_tables.claim_lines,
    "pharmacy_claims": delivery_tables.pharmacy_claims,
    "investigations": delivery_tables.investigations,
}


def truth_folder(out: Path) -> Path:
    return out.with_name(out.name + ".truth")


def write_book(book: Book, out: Path, say: Callable[[str], None] = lambda text: None) -> dict[str, int]:
    """Write the delivery to `out` and the truth to `<out>.truth`, replacing both as whole folders; rows per file.

    A killed run leaves a folder named `<out>.partial` and the previous delivery untouched.
    """
    ids = Ids(book)
    rows = {}
    for folder, tables in ((out, FILES), (truth_folder(out), _TRUTH)):
        draft = folder.with_name(folder.name + ".partial")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name, make in tables.items():
            say(f"{folder.name}/{name}.csv")
            table = make(book, ids)
            rows[name] = table.num_rows
            _write(table, draft / f"{name}.csv")
        _swap(draft, folder)
    return rows


def _swap(draft: Path, folder: Path) -> None:
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _write(table: pa.Table, file: Path) -> None:
    # Quotes are not needed: no value holds a comma, a quote or a line break; Arrow raises if one did.
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="none")
    with file.open("wb") as stream:
        stream.write((",".join(table.column_names) + "\n").encode())
        arrow_csv.write_csv(table, stream, options)


def _claim_truth(book: Book, ids: Ids) -> pa.Table:
    """One row per delivered claim or fill: claim_id, scheme, is_fraud, look_alike."""
    claim = book.versions["claim"].to_numpy()[book.versions["version"].to_numpy() == 1]
    fill = book.fill_versions["fill"].to_numpy()[book.fill_versions["version"].to_numpy() == 1]
    claim_id = pa.concat_arrays([ids.claims.take(pa.array(claim)), ids.fills.take(pa.array(fill))])
    scheme, look = (
        np.concatenate([book.claims.headers[name].to_numpy()[claim], book.fills[name].to_numpy()[fill]]).astype("int64")
        for name in ("scheme", "look_alike")
    )
    return _truth_table("claim_id", claim_id, scheme, look).sort_by("claim_id")


def _provider_truth(book: Book, ids: Ids) -> pa.Table:
    """One row per billing provider: provider_id, scheme, is_fraud, look_alike, ring_id."""
    truth = book.truth
    table = _truth_table("provider_id", ids.providers, truth["scheme"].to_numpy(), truth["look_alike"].to_numpy())
    rings = [f"ring-{number + 1}" for number in range(int(truth["ring"].max()) + 1)]
    table = table.append_column("ring_id", text(rings, truth["ring"].to_numpy()))
    return table.sort_by("provider_id")


def _truth_table(key: str, ids: pa.Array, scheme: np.ndarray, look: np.ndarray) -> pa.Table:
    named = [
        text(names, np.where(position > 0, position, -1))
        for names, position in ((SCHEMES, scheme), (LOOK_ALIKES, look))
    ]
    return pa.table({key: ids, "scheme": named[0], "is_fraud": pa.array(scheme > 0), "look_alike": named[1]})


_TRUTH: dict[str, Callable[[Book, Ids], pa.Table]] = {"claim_truth": _claim_truth, "provider_truth": _provider_truth}
