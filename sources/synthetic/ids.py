"""Identifiers of a book. They are shuffled, so that no number tells a provider's kind or a claim's honesty."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.synthetic.book import Book


def shuffled(prefix: str, count: int, digits: int, rng: np.random.Generator) -> pa.Array:
    """`count` ids such as P00042, in random order."""
    return numbered(prefix, rng.permutation(count) + 1, digits)


def numbered(prefix: str, numbers: np.ndarray, digits: int) -> pa.Array:
    text = pc.utf8_lpad(pa.array(numbers.astype("int64")).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(prefix, text, "")


class Ids:
    """Ids of a book's members, billing providers, physicians, groups, claims (by day received) and fills."""

    def __init__(self, book: Book) -> None:
        rng = book.world.settings.stream("ids")
        self.members = shuffled("M", len(book.world.people), 7, rng)
        providers = shuffled("P", len(book.world.billing) + len(book.world.doctors), 6, rng)
        self.providers = providers[: len(book.world.billing)]
        self.physicians = providers[len(book.world.billing) :]
        self.groups = shuffled("G", int(book.world.people["group"].max()) + 1, 4, rng)
        self.claims = numbered("C", _by_arrival(len(book.claims), book.versions, "claim"), 9)
        self.fills = numbered("R", _by_arrival(len(book.fills), book.fill_versions, "fill"), 9)


def _by_arrival(count: int, versions: object, key: str) -> np.ndarray:
    """Running number of each claim in order of the day its first version was received; 0 if never delivered."""
    first = versions[versions["version"] == 1]  # type: ignore[index]
    order = first[key].to_numpy()[np.argsort(first["received"].to_numpy(), kind="stable")]
    number = np.zeros(count, dtype="int64")
    number[order] = np.arange(1, len(order) + 1)
    return number
