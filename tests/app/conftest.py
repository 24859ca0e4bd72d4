from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.parts import Parts
from lake import Lake
from tests.app.book import accounts_of_all_roles, client, opened, published_lake


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The published lake of tests that do not write to it."""
    return published_lake(tmp_path_factory.mktemp("workbench") / "lake")


@pytest.fixture(scope="session")
def with_accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return accounts_of_all_roles(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="module")
def parts(book: Lake, with_accounts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A workbench on the book, with an account for each role."""
    made = opened(tmp_path_factory.mktemp("home") / "home", book, with_accounts)
    yield made
    made.close()


@pytest.fixture
def own(book: Lake, with_accounts: Path, tmp_path: Path) -> Iterator[Parts]:
    """As `parts`, for one test alone."""
    made = opened(tmp_path / "home", book, with_accounts)
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser(parts: Parts) -> Callable[[str], TestClient]:
    """Role -> a browser that is signed in as it. Hashing passwords is slow by design: one signing in serves a file."""

    @cache
    def of(role: str) -> TestClient:
        return client(parts, role)

    return of
