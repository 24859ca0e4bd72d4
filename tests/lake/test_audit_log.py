"""The audit log: whatever is changed, removed, moved or cut off is found, and writers do not disturb each other."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import AuditLogFault
from lake import AuditLog

ROOT = Path(__file__).parent.parent.parent
ENTRIES = 6


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lake whose log has six entries."""
    root = tmp_path_factory.mktemp("written") / "lake"
    log = AuditLog(str(root))
    for number in range(ENTRIES):
        log.append(actor="ana", action="publish", subject="scored_claims", details={"version": number, "as_of": "x"})
    return root


def _log(root: Path) -> AuditLog:
    return AuditLog(str(root))


def test_entries_come_back_as_they_were_said_and_chain(written: Path) -> None:
    entries = list(_log(written).entries())
    assert [entry.sequence for entry in entries] == list(range(1, ENTRIES + 1))
    assert entries[2].details == {"version": 2, "as_of": "x"}
    assert (entries[0].actor, entries[0].action, entries[0].subject) == ("ana", "publish", "scored_claims")
    assert entries[0].at.endswith("+00:00")
    assert [entry.previous for entry in entries[1:]] == [entry.sha256 for entry in entries[:-1]]
    assert _log(written).head().sha256 == entries[-1].sha256
    assert _log(written).verify() is None


def test_nothing_logged_is_no_fault_and_makes_no_folder(tmp_path: Path) -> None:
    log = _log(tmp_path / "lake")
    assert log.verify() is None
    assert list(log.entries()) == []
    assert not (tmp_path / "lake").exists()


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda content: b"".join(change(content.splitlines(keepends=True)))


def _moved(lines: list[bytes], one: int, other: int) -> list[bytes]:
    lines.insert(other, lines.pop(one))
    return lines


at = st.integers(0, ENTRIES - 1)
removed = st.builds(lambda one: _lines(lambda lines: lines[:one] + lines[one + 1 :]), at)
repeated = st.builds(lambda one, other: _lines(lambda lines: [*lines[:other], lines[one], *lines[other:]]), at, at)
moved = st.builds(lambda one, other: _lines(lambda lines: _moved(lines, one, other)), at, at)
cut = st.builds(lambda share: lambda content: content[: int(len(content) * share)], st.floats(0, 0.9999))
flipped = st.builds(
    lambda share, bits: (
        lambda content: content[: (i := int(len(content) * share))] + bytes([content[i] ^ bits]) + content[i + 1 :]
    ),
    st.floats(0, 0.9999),
    st.integers(1, 255),
)
inserted = st.builds(
    lambda share, more: lambda content: content[: (i := int(len(content) * share))] + more + content[i:],
    st.floats(0, 1),
    st.binary(min_size=1, max_size=20),
)


@settings(max_examples=200, deadline=None)
@given(change=st.one_of(removed, repeated, moved, cut, flipped, inserted))
def test_any_change_of_the_log_is_found(written: Path, change: Callable[[bytes], bytes]) -> None:
    content = (written / "audit" / "log.jsonl").read_bytes()
    changed = change(content)
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(written, scratch, dirs_exist_ok=True)
        (Path(scratch) / "audit" / "log.jsonl").write_bytes(changed)
        broken = _log(Path(scratch)).verify()
        assert (broken is None) == (changed == content)
        if broken:
            # No later than the first line that differs: what stands before is whole.
            before = len(list(_same_start(content, changed)))
            assert broken.sequence == before + 1


def _same_start(content: bytes, changed: bytes) -> list[bytes]:
    same = []
    for one, other in zip(content.splitlines(keepends=True), changed.split(b"\n"), strict=False):
        if one != other + b"\n":
            break
        same.append(one)
    return same[: min(len(same), changed.count(b"\n"))]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), field=st.sampled_from(["sequence", "at", "actor", "action", "subject", "details", "previous"]))
def test_an_entry_changed_with_its_own_hash_made_anew_is_found(written: Path, data: st.DataObject, field: str) -> None:
    one = data.draw(at)
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(written, scratch, dirs_exist_ok=True)
        log = _log(Path(scratch))
        entries = list(log.entries())
        forged = {**vars(entries[one]), field: 99 if field == "sequence" else {} if field == "details" else "forged"}
        forged["sha256"] = type(entries[one])(**forged).hashed()
        lines = log.path.read_bytes().splitlines(keepends=True)
        lines[one] = json.dumps(forged, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        log.path.write_bytes(b"".join(lines))
        broken = log.verify()
        assert broken is not None
        assert broken.sequence in (one + 1, one + 2)  # the entry itself, or the one after that no longer follows


def _rewritten(root: Path) -> AuditLog:
    """A log made anew from its entries with one left out, head and all: what only a hash kept elsewhere tells."""
    log = _log(root)
    entries = list(log.entries())
    shutil.rmtree(log.folder)
    for entry in entries[:2] + entries[3:]:
        log.append(actor=entry.actor, action=entry.action, subject=entry.subject, details=entry.details)
    return log


def test_a_log_rewritten_as_a_whole_is_found_by_a_hash_kept_elsewhere(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "lake")
    kept = _log(written).head().sha256
    log = _log(tmp_path / "lake")
    log.append(actor="bo", action="approve", subject="risk_cost")
    assert log.verify(kept) is None, "the log has grown, and the hash kept is still one of it"
    rewritten = _rewritten(tmp_path / "lake")
    assert rewritten.verify() is None
    assert "rewritten" in str(rewritten.verify(kept))
    shutil.rmtree(rewritten.folder)
    assert "rewritten" in str(rewritten.verify(kept)), "a log taken away as a whole"


def test_a_head_that_is_gone_damaged_or_forged_is_found(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "lake")
    log = _log(tmp_path / "lake")
    good = log.head_path.read_text()
    for bad in ("", "[]", good.replace('"count":6', '"count":5'), good.replace('"count":6', '"count":9')):
        log.head_path.write_text(bad)
        assert log.verify() is not None, bad
    log.head_path.unlink()
    assert "is gone" in str(log.verify())
    with pytest.raises(AuditLogFault, match="put both files back"):
        log.append(actor="ana", action="publish", subject="cases")


def test_adding_to_a_broken_log_does_not_hide_the_break(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "lake")
    log = _log(tmp_path / "lake")
    log.path.write_bytes(b"".join(log.path.read_bytes().splitlines(keepends=True)[:-2]))
    log.append(actor="ana", action="publish", subject="cases")
    broken = log.verify()
    assert broken is not None and broken.sequence == ENTRIES - 1


def test_a_writer_killed_before_the_head_leaves_a_whole_log(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "lake")
    log = _log(tmp_path / "lake")
    head = log.head_path.read_bytes()
    log.append(actor="ana", action="publish", subject="cases")
    log.head_path.write_bytes(head)  # as if it had been killed in between
    assert log.verify() is None
    log.append(actor="bo", action="publish", subject="cases")
    assert [entry.actor for entry in log.entries()][-2:] == ["ana", "bo"]
    with log.path.open("ab") as stream:
        stream.write(b'{"action":"publ')  # killed in the middle of a line
    assert "not written to its end" in str(log.verify())
    log.append(actor="cy", action="publish", subject="cases")
    assert log.verify() is None
    assert [entry.actor for entry in log.entries()][-3:] == ["ana", "bo", "cy"]


WRITER = """
import sys
from lake import AuditLog
log = AuditLog(sys.argv[1])
for number in range(int(sys.argv[3])):
    log.append(actor=sys.argv[2], action="test", subject="many", details={"number": number})
    print(number, flush=True)
"""


def _writer(root: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(root), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_many_processes_write_at_once_and_no_entry_is_lost(tmp_path: Path) -> None:
    writers = [_writer(tmp_path / "lake", f"writer {number}", 25) for number in range(4)]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    log = _log(tmp_path / "lake")
    assert log.verify() is None
    told = sorted((entry.actor, entry.details["number"]) for entry in log.entries())
    assert told == [(f"writer {one}", number) for one in range(4) for number in range(25)]


@pytest.mark.slow
def test_killed_writers_lose_no_entry_they_were_told_is_kept(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number in range(8):
        writer = _writer(tmp_path / "lake", f"writer {number}", 10_000)
        assert writer.stdout is not None
        for _ in range(chance.randint(1, 40)):
            writer.stdout.readline()
        writer.kill()
        rest = writer.stdout.read().splitlines()
        writer.wait()
        log = _log(tmp_path / "lake")
        log.append(actor="after", action="test", subject="many")
        assert log.verify() is None
        mine = [entry for entry in log.entries() if entry.actor == f"writer {number}"]
        assert [entry.details["number"] for entry in mine] == list(range(len(mine)))
        if rest:
            assert len(mine) >= int(rest[-1]) + 1


def test_what_json_does_not_know_is_kept_as_text_and_what_is_no_number_is_refused(tmp_path: Path) -> None:
    log = _log(tmp_path / "lake")
    entry = log.append(actor="ana", action="test", subject="x", details={"path": Path("a/b"), "says": "Ünïcode\n"})
    assert next(log.entries()) == entry
    assert entry.details == {"path": "a/b", "says": "Ünïcode\n"}
    with pytest.raises(ValueError, match="JSON"):
        log.append(actor="ana", action="test", subject="x", details={"number": float("nan")})
    assert log.verify() is None


def test_an_object_store_needs_a_folder_for_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(AuditLogFault, match="UNDERWATCH_AUDIT"):
        AuditLog("s3://bucket/lake")
    monkeypatch.setenv("UNDERWATCH_AUDIT", str(tmp_path / "apart"))
    AuditLog("s3://bucket/lake").append(actor="ana", action="test", subject="x")
    assert (tmp_path / "apart" / "log.jsonl").exists()


def test_who_may_not_write_is_told_whom_to_ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Tests may run as root, to whom no folder is closed.
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", closed)
    with pytest.raises(AuditLogFault, match=r"you may not write in .* ask who owns the lake"):
        _log(tmp_path / "lake").append(actor="ana", action="export", subject="scored_claims")
