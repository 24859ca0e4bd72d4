"""Remittances of an 835 and enrolments of an 834 to values. No Spark."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sources.records import Record
from sources.x12.enrolments import disjoint
from sources.x12.records import read_enrolments, read_remittances
from tests.sources.x12.made import interchange, members_834, payments_835

PAID = (
    *("CLP*A1*1*125*90*10*12*P100", "CAS*PR*1*10", "NM1*QC*1*ROE*RITA****MI*S100", "DTM*232*20240301"),
    *("SVC*HC:99213*100*80**1", "CAS*CO*45*15*1*253*5", "REF*6R*L1", "AMT*B6*85"),
    *("SVC*HC:85025*25*20**1", "CAS*CO*45*5", "AMT*B6*20"),
    *("CLP*A1*22*-125*-90**12*P100", "SVC*HC:99213*-100*-80", "SVC*HC:85025*-25*-20", "CLP*A9*4*50*0**12*P9"),
)
MEMBER = (
    *("INS*Y*18*021*28*A***FT", "REF*0F*S100", "REF*1L*G1", "NM1*IL*1*ROE*RITA****34*123456789"),
    *("N4*AKRON*OH*44301", "DMG*D8*19600229*F"),
)


def payments(tmp_path: Path, *segments: str) -> list[Record]:
    path = tmp_path / "paid.835"
    path.write_text(interchange(payments_835(*segments), set_id="835"), newline="")
    return list(read_remittances(str(path)))


def enrolled(tmp_path: Path, *segments: str) -> list[Record]:
    path = tmp_path / "members.834"
    path.write_text(interchange(members_834(*segments), set_id="834"), newline="")
    return list(read_enrolments(str(path)))


def test_lines_of_a_payment_add_up_to_it(tmp_path: Path) -> None:
    paid, reversed_, denied = payments(tmp_path, *PAID)
    own = ("paid_date", "payer_control_number", "payee_npi", "first_day", "subscriber_id", "trace_number", "payer")
    assert [paid.values[name] for name in own] == ["2024-05-01", "P100", "1111111112", "2024-03-01", "S100", "T1", "9"]
    lines = [
        (line["order"], line["charge_amount"], line["paid_amount"], line["allowed_amount"])
        for line in paid.values["lines"]
    ]
    assert lines == [(0, "0.00", "-10.00", None), (1, "100.00", "80.00", "85.00"), (2, "25.00", "20.00", "20.00")]
    assert paid.values["lines"][0]["adjustments"] == [{"group_code": "PR", "reason_code": "1", "amount": "10.00"}]
    assert [each["amount"] for each in paid.values["lines"][1]["adjustments"]] == ["15.00", "5.00"]
    assert (reversed_.values["status_code"], reversed_.values["paid_amount"]) == ("22", "-90.00")
    assert sum(float(line["paid_amount"]) for line in reversed_.values["lines"]) == -90
    assert [line["order"] for line in denied.values["lines"]] == [0]


@pytest.mark.parametrize(
    ("segments", "reason"),
    [
        (("CLP*A1*1*x*90**12*P1",), "bad_amount"),
        (("CLP*A1**100*90**12*P1",), "missing_value"),
        (("CLP*A1*1*100*90**12*P1", "SVC*HC:1*100*x"), "bad_amount"),
        (("CLP*A1*1*100*90**12*P1", "DTM*232*20240230"), "bad_date"),
    ],
)
def test_a_payment_that_cannot_be_read_is_rejected_alone(
    tmp_path: Path, segments: tuple[str, ...], reason: str
) -> None:
    bad, good = payments(tmp_path, *segments, "CLP*A2*1*10*5**12*P2")
    assert (bad.reason, good.reason) == (reason, "")
    assert "90" not in bad.detail


def values(tmp_path: Path, *segments: str) -> dict[str, Any]:
    (record,) = enrolled(tmp_path, *segments)
    assert not record.reason, record.detail
    return record.values


def spans(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(span["first"], span["last"], span["medical"], span["pharmacy"]) for span in found["spans"]]


def test_a_member_is_not_known_by_a_social_security_number(tmp_path: Path) -> None:
    found = values(tmp_path, *MEMBER, "HD*021**HLT", "DTP*348*D8*20240101")
    own = ("member_id", "birth_date", "gender", "member_state", "policy_number", "market", "known_date")
    assert [found[name] for name in own] == ["S100", "1960-02-29", "female", "OH", "G1", "large_group", "2024-01-01"]
    assert found["group_id"] is None  # the member's own number may be a person's: it is shown as a token alone
    assert [name for name, value in found.items() if "123456789" in repr(value)] == ["person_ssn"]  # dropped


def test_coverage_has_an_end_or_an_open_one(tmp_path: Path) -> None:
    segments = (
        "HD*024**HLT",
        "DTP*348*D8*20230101",
        "DTP*349*D8*20240131",
        "HD*021**PDG",
        "DTP*348*D8*20240101",
        "HD*021**DEN",
    )
    assert spans(values(tmp_path, *MEMBER, *segments)) == [
        ("2023-01-01", "2023-12-31", "true", "false"),
        ("2024-01-01", "2024-01-31", "true", "true"),
        ("2024-02-01", "2099-12-31", "false", "true"),
    ]


LEAVES = (MEMBER[0].replace("*021*", "*024*"), *MEMBER[1:])
ALL, NO_DRUGS, DRUGS = ("true", "true"), ("true", "false"), ("false", "true")


@pytest.mark.parametrize(
    ("segments", "last", "covered"),
    [
        ((*LEAVES[:2], "DTP*357*D8*20231130", *LEAVES[2:]), "2023-11-30", ALL),
        ((*LEAVES, "HD*024**HLT", "DTP*349*D8*20231130"), "2023-11-30", NO_DRUGS),
        ((*LEAVES[:2], "DTP*357*D8*20231130", *LEAVES[2:], "HD*024**PDG"), "2023-11-30", DRUGS),
        ((*MEMBER, "HD*002**HLT", "DTP*348*D8*20231201"), "2023-11-30", NO_DRUGS),
    ],
)
def test_a_termination_without_a_start_ends_what_others_told(
    tmp_path: Path, segments: tuple[str, ...], last: str, covered: tuple[str, str]
) -> None:
    found = values(tmp_path, *segments)
    assert found["spans"] == []
    assert [(each["last"], each["medical"], each["pharmacy"]) for each in found["endings"]] == [(last, *covered)]


def test_a_termination_with_its_start_is_a_span(tmp_path: Path) -> None:
    found = values(tmp_path, *LEAVES, "HD*024**HLT", "DTP*348*D8*20230101", "DTP*349*D8*20231130")
    assert (spans(found), found["endings"]) == ([("2023-01-01", "2023-11-30", "true", "false")], [])


@pytest.mark.parametrize(
    "segments",
    [
        LEAVES,
        (*LEAVES, "HD*024**HLT", "DTP*348*D8*20230101"),
        (*MEMBER, "HD*002**HLT"),
        MEMBER,
    ],
)
def test_an_end_or_a_start_that_is_not_told_is_not_guessed(tmp_path: Path, segments: tuple[str, ...]) -> None:
    (bad,) = enrolled(tmp_path, *segments)
    assert (bad.row_number, bad.reason) == (6, "missing_segment")


def test_dependants_and_markets(tmp_path: Path) -> None:
    child = ("INS*N*19*021*28*A", "REF*0F*S100", "NM1*IL*1*ROE*RUBY", "DMG*D8*20150704*F")
    found = values(tmp_path, *child, "HD*021**HLT*MEDICARE PART C", "DTP*348*D8*20240101")
    assert (found["member_id"], found["market"]) == ("S100/2015-07-04/female/RUB", "medicare")


def test_an_unreadable_birth_is_unknown_and_an_unreadable_start_rejects(tmp_path: Path) -> None:
    odd = [segment.replace("19600229", "19610229") for segment in MEMBER]
    assert values(tmp_path, *odd, "HD*021**HLT", "DTP*348*D8*20240101")["birth_date"] is None
    (bad,) = enrolled(tmp_path, *MEMBER, "HD*021**HLT", "DTP*348*D8*20240230")
    assert (bad.row_number, bad.reason) == (6, "bad_date")


def test_disjoint_spans_cover_the_same_days() -> None:
    made = [(date(2024, 1, 1), date(2024, 1, 31), True, False), (date(2024, 2, 1), date(2024, 2, 29), True, False)]
    assert disjoint(made) == [(date(2024, 1, 1), date(2024, 2, 29), True, False)]
    assert disjoint([]) == []
