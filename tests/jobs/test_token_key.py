"""Where the key of member tokens comes from, and that it is never replaced or made up in silence."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from catalog.errors import BadDelivery
from jobs.token_key import KEY_FILE_VARIABLE, KEY_VARIABLE, key_file_of, token_key, write_new_key
from sources.tokens import TokenKey


@pytest.fixture(autouse=True)
def no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_FILE_VARIABLE, raising=False)


def test_a_lake_on_disk_gets_one_random_key_beside_it_for_its_owner_alone(tmp_path: Path) -> None:
    first, other = token_key(str(tmp_path / "lake")), token_key(str(tmp_path / "second"))
    assert token_key(str(tmp_path / "lake")) == first != other
    file = key_file_of(str(tmp_path / "lake"))
    assert file == tmp_path / "lake.token-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_named_key_wins_over_the_one_beside_the_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, named = str(tmp_path / "lake"), tmp_path / "members.key"
    write_new_key(named)
    assert token_key(lake, named) == TokenKey.of_text(named.read_text())
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(named))
    assert token_key(lake) == token_key(lake, named)
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)
    assert token_key(lake) == TokenKey.of_text("ab" * 32)
    assert not key_file_of(lake).exists()


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    write_new_key(tmp_path / "key")
    with pytest.raises(BadDelivery, match="never replaced"):
        write_new_key(tmp_path / "key")


def test_a_missing_key_file_and_a_lake_in_an_object_store_without_a_key_stop(tmp_path: Path) -> None:
    with pytest.raises(BadDelivery, match="new-token-key --out"):
        token_key(str(tmp_path / "lake"), tmp_path / "absent")
    with pytest.raises(BadDelivery, match=KEY_FILE_VARIABLE):
        token_key("s3://bucket/lake")
