"""Request files of an inbox: answered once, put away with what was said, never a member's identifier told."""

from __future__ import annotations

import ast
import json
from datetime import date
from pathlib import Path

import pytest

from catalog import TABLES
from catalog.errors import BadDelivery, NothingToDo
from jobs.answer_requests import TABLE, answer_all, answer_requests
from jobs.quote_answer import publish_unchecked
from jobs.request_files import read_requests
from lake import Lake
from models.underwriting.uses import MARKETS, PURPOSES

DAY = date(2024, 12, 31)
PLAIN = {"string": "x", "int": 12, "bigint": 12, "double": 1.0, "boolean": True, "date": DAY}
GROUP = {"market": "individual", "purpose": "rating", "requested_by": "Ada", "group_id": "G1"}
SECRET = "123-45-6789"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three members of group G1 on one day. Individual rating is refused, so that no model is needed."""
    lake = Lake(str(tmp_path / "lake"))
    columns = [one for one in TABLES["member_features"].columns if not one.nullable]
    plain = {one.name: PLAIN.get(one.type, 1) for one in columns}
    rows = [
        {**plain, "member_id": f"m{n}", "as_of": DAY, "group_id": "G1", "market": "individual", "months_observed": 12}
        for n in range(3)
    ]
    lake.write_rows(rows, "member_features", str(DAY))
    return lake


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def put(inbox: Path, name: str, content: object) -> Path:
    file = inbox / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def said(inbox: Path, name: str) -> list[dict]:
    found: list[dict] = json.loads((inbox / "done" / f"{name}.answer.json").read_text())
    return found


def test_a_request_is_answered_kept_and_put_away(lake: Lake, inbox: Path) -> None:
    put(inbox, "one.json", GROUP)
    assert answer_all(lake, inbox, publish_unchecked) == (1, 0)
    (answer,) = said(inbox, "one.json")
    assert (answer["member_count"], answer["as_of"], answer["requested_by"]) == (3, str(DAY), "Ada")
    assert "45 CFR 147.102" in answer["refused_reason"]
    assert lake.partitions(TABLE) == [answer["request_id"]]
    assert (inbox / "done" / "one.json").is_file() and not (inbox / "one.json").exists()


def test_the_same_request_is_answered_once_and_anew_under_another_reference(lake: Lake, inbox: Path) -> None:
    for _ in range(2):
        put(inbox, "one.json", GROUP)
        answer_all(lake, inbox, publish_unchecked)
    first, again = said(inbox, "one.json"), said(inbox, "one-2.json")
    assert again == [{"request_id": first[0]["request_id"], "answered_before": True}]
    assert len(lake.partitions("underwriting_requests")) == 1
    put(inbox, "one.json", {**GROUP, "reference": "after the new policy"})
    answer_all(lake, inbox, publish_unchecked)
    assert len(lake.partitions(TABLE)) == len(lake.partitions("underwriting_requests")) == 2


def test_a_csv_asks_once_a_row(lake: Lake, inbox: Path) -> None:
    put(
        inbox, "two.csv", "market,purpose,requested_by,group_id,as_of\nindividual,rating,Ada,G1,\nindividual,"
        f"renewal,Ada,G1,{DAY}\n"
    )  # fmt: skip
    assert answer_all(lake, inbox, publish_unchecked) == (1, 0)
    assert [one["purpose"] for one in said(inbox, "two.csv")] == ["rating", "renewal"]


def test_a_list_of_members_is_told_by_tokens_alone(
    lake: Lake, inbox: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = {**GROUP, "members": [{"member_id": SECRET, "age": 40, "sex": "female"}, {"member_id": "other"}]}
    del asked["group_id"]
    put(inbox, "list.json", asked)
    assert answer_all(lake, inbox, publish_unchecked) == (1, 0)
    (answer,) = said(inbox, "list.json")
    assert (answer["member_count"], answer["unknown_member_count"]) == (2, 2)
    told = capfd.readouterr()
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "list.json"]
    assert SECRET not in told.out + told.err and not any(SECRET.encode() in content for content in kept)


def test_what_cannot_be_answered_fails_with_its_reason_and_the_rest_goes_on(lake: Lake, inbox: Path) -> None:
    put(inbox, "a.json", {**GROUP, "group_id": "G404"})
    put(inbox, "b.json", GROUP)
    assert answer_all(lake, inbox, publish_unchecked) == (1, 1)
    assert "BadRequest: no member of group G404" in (inbox / "failed" / "a.json.reason.txt").read_text()
    assert (inbox / "failed" / "a.json").is_file() and (inbox / "done" / "b.json").is_file()
    put(inbox, "a.json", {**GROUP, "group_id": "G404"})
    with pytest.raises(BadDelivery, match="1 of 1 request files"):
        answer_requests(inbox, lake=lake.root)


def test_files_half_written_and_links_stay_where_they_are(lake: Lake, inbox: Path, tmp_path: Path) -> None:
    put(inbox, "late.json.part", "{")
    (inbox / "link.json").symlink_to(put(tmp_path, "elsewhere.json", GROUP))
    with pytest.raises(NothingToDo, match="no request file"):
        answer_requests(inbox, lake=lake.root)
    assert not lake.exists(TABLE)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.json", {**GROUP, "members": [{"member_id": SECRET}]}, "not both"),
        ("x.json", {**GROUP, "group_id": None}, "say whom to quote"),
        ("x.json", {**GROUP, "market": SECRET}, "x.json row 1: market: String should match"),
        ("x.json", {**GROUP, "group_id": None, "members": [{"age": SECRET}]}, "members.1.member_id: Field required"),
        ("x.json", {**GROUP, "colour": SECRET}, "colour: Extra inputs"),
        ("x.json", [GROUP], "valid dictionary"),
        ("x.json", f"{{{SECRET}", "cannot be read as JSON"),
        ("x.csv", "market,purpose\n", "asks for nothing"),
        ("x.csv", f'market,purpose\n"{SECRET}', "cannot be read as CSV"),
        ("x.csv", f"market,purpose\nlife,rating,{SECRET}\n", "requested_by: Field required"),
    ],
)
def test_a_wrong_request_is_told_by_row_and_field_never_by_value(
    inbox: Path, name: str, content: object, why: str
) -> None:
    with pytest.raises(BadDelivery) as failure:
        read_requests(put(inbox, name, content))
    assert why in str(failure.value)
    assert SECRET not in str(failure.value) and failure.value.__cause__ is None


@pytest.mark.parametrize(("name", "known"), [("MARKETS", MARKETS), ("PURPOSES", PURPOSES)])
def test_airflow_s_form_offers_what_the_gate_knows(name: str, known: tuple[str, ...]) -> None:
    facts = ast.parse((Path(__file__).parents[2] / "dags" / "run_facts.py").read_text())
    (offered,) = (
        ast.literal_eval(node.value)
        for node in facts.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    )
    assert offered == list(known)
