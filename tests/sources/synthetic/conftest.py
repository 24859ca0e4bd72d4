"""One small book for all tests of the generator, and one large enough to have a shape."""

from __future__ import annotations

import pytest

from sources.synthetic.book import Book, make_book
from sources.synthetic.settings import Settings


@pytest.fixture(scope="session")
def small_book() -> Book:
    return make_book(Settings(members=1200, months=36, seed=7))


@pytest.fixture(scope="session")
def shaped_book() -> Book:
    return make_book(Settings(members=9000, months=36, seed=11))
