"""No identifier of a delivery is in anything that reading and checking it leaves behind: tables and their logs,
rejected rows, errors, Data Docs, what the commands and Spark print. What training, scoring and publishing leave is
looked through in tests/end_to_end.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog import TABLES
from jobs.sql import answer
from lake import Lake
from tests.privacy.deliveries import BIRTHS, REFUSED, TAKEN, WORDS
from tests.privacy.scan import scan

pytestmark = pytest.mark.timeout(1800)

HOME = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Left:
    """What the commands left behind: the lake, the place apart, and a folder of what they said."""

    lake: Path
    apart: Path
    said: Path

    @property
    def ended(self) -> Counter[str]:
        lines = (self.said / "stdout").read_text().splitlines()
        return Counter(line.removeprefix("ENDED ") for line in lines if line.startswith("ENDED "))


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder = tmp_path_factory.mktemp("privacy")
    for name, write in (TAKEN | REFUSED).items():
        write(folder / name)
    said = folder / "said"
    said.mkdir()
    with (said / "stdout").open("w") as out, (said / "stderr").open("w") as err:
        command = [sys.executable, "-m", "tests.privacy.commands", str(folder)]
        subprocess.run(command, cwd=HOME, stdout=out, stderr=err, check=True)
    return Left(folder / "lake", folder / "lake.identifiers", said)


@pytest.mark.slow
def test_the_deliveries_were_read_refused_and_checked(left: Left) -> None:
    said = (left.said / "stderr").read_text()[-3000:]
    assert left.ended["ingest-claims 0"] == len(TAKEN), said
    assert left.ended["ingest-claims 3"] == len(REFUSED) + 1, said
    assert left.ended["export 0"] == left.ended["summary 0"] == left.ended["sql 2"] == 1
    assert sum(left.ended.values()) == len(TAKEN) + len(REFUSED) + 6
    assert not [line for line in left.ended if line.endswith("fault")], said
    assert list((left.lake / "data_docs").rglob("members/*.html"))
    rejected = answer(Lake(str(left.lake)), "select source, reason, detail from rejected_rows")[1]
    assert {source for source, _, _ in rejected} == set(TAKEN)
    assert {"bad_amount", "bad_date", "truncated_row", "unknown_member", "duplicate_claim_line", "bad_json"} <= {
        reason for _, reason, _ in rejected
    }


@pytest.mark.slow
def test_no_identifier_is_left_anywhere_but_apart(left: Left) -> None:
    assert scan([left.lake, left.said], WORDS) == []
    assert {found.sentinel for found in scan([left.apart], WORDS)} == set(WORDS) - {"ZQMEM-7009"}


@pytest.mark.slow
def test_no_date_of_birth_is_left_but_in_the_canonical_members(left: Left) -> None:
    found = scan([left.lake, left.said], BIRTHS)
    assert {Path(each.path).relative_to(left.lake).parts[:2] for each in found} == {("tables", "members")}


def test_ages_not_births_go_on_to_features_and_published_tables() -> None:
    born = {
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if any(word in column.name for word in ("birth", "dob", "born"))
    }
    assert born == {("members", "birth_date")}
    assert TABLES["members"].layer == "canonical"
    assert TABLES["member_features"].column("age").type in ("int", "double")
