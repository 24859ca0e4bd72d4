"""Files of X12 to records: separators, envelopes, and what is wrong with them. No Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.records import Record
from sources.x12.records import kind_of, read_claims, read_enrolments, read_remittances
from tests.sources.x12.made import claim, claims_837, interchange, line, members_834, payments_835

TWO = interchange(claims_837(*claim("A1"), *line(), *claim("A2", "30"), *line(charge="30")))


def records(tmp_path: Path, text: str, read: Callable[[str], Iterator[Record]] = read_claims) -> list[Record]:
    path = tmp_path / "file.txt"
    path.write_bytes(text.encode())
    return list(read(str(path)))


def told(found: list[Record]) -> list[tuple[int, str]]:
    return [(record.row_number, record.reason) for record in found]


def numbers(found: list[Record]) -> list[str]:
    return [record.values["claim_number"] for record in found if not record.reason]


@pytest.mark.parametrize(
    "signs",
    [
        ("*", ":", "~"),
        ("*", ":", "~\r\n"),
        ("~", "^", "_\n"),
        ("|", ">", "\n"),
        ("*", ":", "\r\n"),
        ("\x1d", "\x1f", "\x1c"),
    ],
)
def test_separators_are_those_of_the_isa(tmp_path: Path, signs: tuple[str, str, str]) -> None:
    text = interchange(claims_837(*claim("A1"), *line(), *claim("A2"), *line()), signs=signs, repetition="U")
    found = records(tmp_path, text + "\r\n\r\n  \n")
    assert told(found) == [(16, ""), (21, "")]
    assert found[0].values["lines"][0]["hcpcs_code"] == "99213"
    assert found[0].values["diagnosis_codes"] == ["E119", "I10"]


def test_interchanges_of_one_file_may_differ_in_separators(tmp_path: Path) -> None:
    other = interchange(claims_837(*claim("B1"), *line()), signs=("|", ">", "'\n"), control="000000002")
    assert numbers(records(tmp_path, TWO + "\n" + other)) == ["A1", "A2", "B1"]


def test_several_transactions_and_an_empty_segment(tmp_path: Path) -> None:
    text = interchange(claims_837(*claim("A1"), *line()), claims_837(*claim("A2"), *line(), control="0002"))
    assert numbers(records(tmp_path, text.replace("LX*1~", "~LX*1~"))) == ["A1", "A2"]


def test_a_byte_order_mark_and_latin_1_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file.edi"
    path.write_bytes(b"\xef\xbb\xbf" + TWO.encode())
    assert numbers(list(read_claims(str(path)))) == ["A1", "A2"]
    path.write_bytes(TWO.replace("RITA", "RENÉE").encode("latin-1"))
    assert numbers(list(read_claims(str(path)))) == ["A1", "A2"]


@pytest.mark.parametrize(
    ("old", "new", "reason", "detail"),
    [
        ("*00*          *00*", "*00*         *00*", "bad_envelope", "ISA"),
        ("IEA*1*000000001", "IEA*1*000000009", "bad_envelope", "IEA02 is not ISA13"),
        ("GE*1*7", "GE*1*8", "bad_envelope", "GE02 is not GS06"),
        ("GE*1*7~\n", "", "bad_envelope", "GE is missing"),
        ("SE*24*0001~\n", "", "bad_envelope", "SE is missing"),
        ("SE*24*0001", "SE*24*0002", "bad_envelope", "SE02 is not ST02"),
        ("ST*837*0001*005010X222A1~\n", "", "bad_envelope", "outside ST and SE"),
        ("IEA*1*000000001~\n", "", "truncated_file", "IEA is missing"),
        ("SE*24*0001~\nGE*1*7~\nIEA*1*000000001~\n", "SE*2", "truncated_file", "ends within segment SE"),
    ],
)  # fmt: skip
def test_a_fault_of_the_envelope_rejects_what_it_encloses(
    tmp_path: Path, old: str, new: str, reason: str, detail: str
) -> None:
    assert old in TWO
    found = records(tmp_path, TWO.replace(old, new))
    assert [record.reason for record in found] == [reason] * 2
    assert all(detail in record.detail for record in found)
    assert [record.values["charge_amount"] for record in found] == ["100.00", "30.00"]


def test_a_fault_of_one_transaction_leaves_the_others(tmp_path: Path) -> None:
    text = interchange(claims_837(*claim("A1"), *line()), claims_837(*claim("A2"), *line(), control="0002"))
    found = records(tmp_path, text.replace("SE*19*0001~\n", ""))
    assert [record.reason for record in found] == ["bad_envelope", ""]


def test_a_wrong_count_of_segments_rejects_nothing(tmp_path: Path) -> None:
    assert numbers(records(tmp_path, TWO.replace("SE*24*", "SE*25*"))) == ["A1", "A2"]


def test_what_is_no_interchange_is_one_rejected_record(tmp_path: Path) -> None:
    assert told(records(tmp_path, "ISA, but then no X12 at all")) == [(1, "truncated_file")]
    assert told(records(tmp_path, TWO[:106])) == [(1, "truncated_file")]


def test_a_claim_cut_off_in_its_first_segment_is_told(tmp_path: Path) -> None:
    found = records(tmp_path, TWO[: TWO.index("CLM*A2*") + 9])
    assert told(found) == [(16, "truncated_file"), (21, "truncated_file")]


def test_transactions_of_another_kind_are_rejected_claim_by_claim(tmp_path: Path) -> None:
    paid = payments_835("CLP*A1*1*100*80**12*P1", "CLP*A2*1*100*80**12*P2")
    found = records(tmp_path, interchange(claims_837(*claim(), *line()), paid))
    assert [record.reason for record in found] == ["", "wrong_transaction", "wrong_transaction"]
    assert found[1].values == {}  # its dollars are not charges of this file's claims
    unknown = interchange(claims_837(*claim(), *line()), ["ST*277*9", "BHT*1", "SE*3*9"])
    assert [record.reason for record in records(tmp_path, unknown)] == ["", "wrong_transaction"]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", TWO, "claims"),
        ("a.837", TWO[40:], "claims"),
        ("a.x12", interchange(payments_835(), set_id="835"), "remittances"),
        ("a.EDI", interchange(members_834(), set_id="834", signs=("|", ">", "\n")), "enrolments"),
        ("a.txt", "Please find enclosed the claims of May.", ""),
        ("a.txt", TWO[106:], "claims"),
        ("claims_may", TWO, "claims"),
        ("README", "Please find enclosed the claims of May.", ""),
    ],
)
def test_the_kind_of_a_file_is_that_of_its_first_transaction(tmp_path: Path, name: str, text: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text(text, newline="")
    assert kind_of(path) == kind


SEGMENTS = TWO.replace("\n", "").split("~")
_PAID = interchange(
    payments_835("CLP*A1*1*100*80**12*P1", "SVC*HC:99213*100*80", "CLP*A2*22*-30*-30**12*P2"), set_id="835"
)
_ENROLLED = interchange(
    members_834(
        *("INS*Y*18*021*28*A", "REF*0F*S1", "NM1*IL*1*ROE*RITA****MI*S1", "HD*021**HLT", "DTP*348*D8*20240101"),
        *("INS*N*19*021*28*A", "REF*0F*S1", "NM1*IL*1*ROE*RUBY", "HD*021**HLT", "DTP*348*D8*20240101"),
    ),
    set_id="834",
)
_FILES = [(TWO, read_claims), (_PAID, read_remittances), (_ENROLLED, read_enrolments)]
_NASTY = [
    "",
    "~",
    "*",
    ":",
    "\n",
    "\0",
    "ISA*",
    "~ISA*",
    "~ST*837*1~",
    "~SE*1*1~",
    "~CLM*X*5~",
    "~CLM",
    "9" * 30,
    "-",
    "NaN",
    "é",
]
DAMAGE = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 12), st.sampled_from(_NASTY)), min_size=1, max_size=8)


@pytest.mark.parametrize("which", range(3))
@given(DAMAGE)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_damage_no_record_is_lost_and_nothing_raised(
    tmp_path: Path, which: int, damage: list[tuple[int, int, str]]
) -> None:
    text, read = _FILES[which]
    for place, length, put in damage:
        place %= len(text)
        text = text[:place] + put + text[place + length :]
    found = records(tmp_path, text, read)
    rows = [record.row_number for record in found]
    assert len(set(rows)) == len(rows)  # a rejected row is named by its file and number
    assert all(bool(record.reason) == bool(record.detail) for record in found)
    assert found or not text.strip()
    for record in found:
        charges = [Decimal(line["charge_amount"]) for line in record.values.get("lines", [])]
        if charges:
            assert sum(charges) == Decimal(record.values["charge_amount"])


MANY = interchange(
    claims_837(*claim("A1"), *line(), *claim("A2", "30"), *line(charge="30"), *line(2, "85025", "7")),
    claims_837(*claim("B1", "50"), *line(charge="50"), control="0002"),
) + interchange(claims_837(*claim("C1", "20"), *line(charge="20")), control="000000002")
"""Four claims of $207 in two interchanges."""

LOST = st.lists(st.tuples(st.sampled_from(["drop", "repeat", "join", "cut"]), st.integers(0, 500)), max_size=5)


@given(LOST)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_claim_that_is_left_is_accepted_or_rejected_with_its_dollars(
    tmp_path: Path, damage: list[tuple[str, int]]
) -> None:
    """Segments are dropped, repeated, run together or cut. Claims and charges are counted apart from our reader."""
    segments = MANY.replace("\n", "").split("~")[:-1]
    for act, place in damage:
        place %= len(segments)
        if act == "drop" and len(segments) > 1:
            del segments[place]
        elif act == "repeat":
            segments.insert(place, segments[place])
        elif act == "join" and place + 1 < len(segments) and not segments[place + 1].startswith(("CLM", "SV1", "ISA")):
            segments[place] += segments.pop(place + 1)  # its terminator is lost
        elif act == "cut" and not segments[place].startswith(("CLM", "SV1", "ISA")):
            segments[place] = segments[place][: len(segments[place]) // 2]
    found = records(tmp_path, "~".join(segments) + "~")
    told = {record.row_number: record for record in found if "charge_amount" in record.values}
    charges = [Decimal(told[number].values["charge_amount"]) for number in sorted(told)]
    assert charges == counted(segments)


def counted(segments: list[str]) -> list[Decimal]:
    """What each CLM charges: its services as far as the next loop or envelope, else CLM02."""
    ends = ("CLM", "HL", "ISA", "GS", "ST", "SE", "GE", "IEA")
    charges: list[Decimal] = []
    claimed, services, inside = Decimal(0), Decimal(0), False
    for text in [*segments, "IEA"]:
        name, *elements = text.split("*")
        if name in ends and inside:
            charges.append(services or claimed)
            inside = False
        if name == "CLM":
            claimed, services, inside = Decimal(elements[1]), Decimal(0), True
        elif name == "SV1":
            services += Decimal(elements[1])
    return charges


@given(DAMAGE)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_outside_claims_loses_none_of_them(tmp_path: Path, damage: list[tuple[int, int, str]]) -> None:
    """Elements are damaged, separators and segment ids stand: every CLM is a record, its dollars accounted."""
    segments = [text.split("*") for text in SEGMENTS if text]
    for place, element, put in damage:
        segment = segments[1 + place % (len(segments) - 1)]
        at = 1 + element % (len(segment) - 1)
        if segment[0] not in ("CLM", "SV1"):
            segment[at] = put.replace("~", "").replace("*", "")
    found = records(tmp_path, "~".join("*".join(segment) for segment in segments) + "~")
    claims = [record for record in found if "charge_amount" in record.values]
    assert [record.values["charge_amount"] for record in claims] == ["100.00", "30.00"]
    assert all(record.reason for record in found if record not in claims)
