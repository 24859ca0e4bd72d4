from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jobs import synthetic_delivery
from jobs.synthetic_delivery import NotGenerated, ensure_synthetic


@pytest.fixture
def generated(monkeypatch):
    """Pretends to generate, and tells with which options."""
    calls: list[list[str]] = []

    def pretend(command, check):
        calls.append(command[4:7])
        folder = Path(command[-1].removeprefix("--out="))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "members.csv").write_text("member_id\n")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(synthetic_delivery.subprocess, "run", pretend)
    return calls


def test_made_once_for_the_same_options(tmp_path, generated):
    delivery = tmp_path / "deliveries" / "book"
    assert ensure_synthetic(delivery, 300, 12, seed=7)
    assert not ensure_synthetic(delivery, 300, 12, seed=7)
    assert ensure_synthetic(delivery, 300, 12, seed=8)
    assert generated == [
        ["--members=300", "--months=12", "--seed=7"],
        ["--members=300", "--months=12", "--seed=8"],
    ]


def test_made_again_when_the_generator_changed(tmp_path, generated, monkeypatch):
    ensure_synthetic(tmp_path / "book", 300, 12, seed=7)
    monkeypatch.setattr(synthetic_delivery, "_generator_version", lambda: "another")
    assert ensure_synthetic(tmp_path / "book", 300, 12, seed=7)


def test_a_delivery_filled_by_other_means_is_left_alone(tmp_path, generated):
    (tmp_path / "members.csv").write_text("member_id\nm1\n")
    assert not ensure_synthetic(tmp_path, 300, 12, seed=7)
    assert generated == []


def test_a_failed_generator_ends_the_run_with_its_exit_code(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 2)
    monkeypatch.setattr(synthetic_delivery.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(NotGenerated) as failure:
        ensure_synthetic(tmp_path / "book", 1, 1, seed=7)
    assert failure.value.exit_code == 2
    assert not (tmp_path / "book.json").exists()
