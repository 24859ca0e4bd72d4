"""Claims of an 837 to values. No Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sources.records import Record
from sources.x12.party import IDENTITY
from sources.x12.records import read_claims
from tests.sources.x12.made import (
    BILLING,
    HEADER,
    INSURED,
    PATIENT,
    I,
    claim,
    claims_837,
    interchange,
    line,
    transaction,
)


def read(tmp_path: Path, made: list[str], **options: Any) -> list[Record]:
    path = tmp_path / "claims.837"
    path.write_text(interchange(made, **options), newline="")
    return list(read_claims(str(path)))


def values(tmp_path: Path, *segments: str, guide: str = "005010X222A1") -> dict[str, Any]:
    (record,) = read(tmp_path, claims_837(*segments, guide=guide))
    assert not record.reason, record.detail
    return record.values


def test_a_professional_claim(tmp_path: Path) -> None:
    found = values(
        tmp_path,
        *claim(
            "A1", "125.5", "11:B:1", "REF*D9*X", "HI*ABK:E11.9*ABF:I10*ABF:E119", "NM1*DN*1*LEE*ANN****XX*1222222223"
        ),
        "NM1*82*1*MOE*JIM****XX*1333333334",
        *line(1, "99214", "100.5", "20240301", "REF*6R*L1"),
        *line(2, "85025", "25", "20240302", "NM1*82*1*NOE*KAY****XX*1444444445"),
    )
    own = (
        "claim_type",
        "frequency",
        "provider_id",
        "provider_tax_id",
        "member_id",
        "birth_date",
        "gender",
        "received_date",
    )
    assert [found[name] for name in own] == [
        "professional", "1", "1111111112", "341111111", "S100", "1960-02-29", "female", "2024-04-02",
    ]  # fmt: skip
    assert (found["diagnosis_code_type"], found["diagnosis_codes"]) == ("icd-10-cm", ["E119", "I10"])
    assert (found["referring_physician_id"], found["charge_amount"]) == ("1222222223", "125.50")
    first, second = found["lines"]
    assert [first[name] for name in ("hcpcs_code", "hcpcs_modifier_1", "place_of_service_code", "control_number")] == [
        "99214", "25", "11", "L1",
    ]  # fmt: skip
    assert [line["physician_id"] for line in found["lines"]] == ["1333333334", "1444444445"]
    assert (second["service_from"], second["service_unit_quantity"], second["charge_amount"]) == (
        "2024-03-02",
        "1",
        "25.00",
    )


def test_an_institutional_claim(tmp_path: Path) -> None:
    found = values(
        tmp_path,
        *claim("H1", "5000", "11:A:1", "DTP*096*TM*1100", "DTP*434*RD8*20240301-20240305", "DTP*435*DT*202403010900"),
        *("HI*ABK:I214:::::::Y", "HI*ABF:I10", "HI*DR:280", "NM1*71*1*MOE*JIM****XX*1333333334"),
        *("LX*1", "SV2*0120**4000*DA*4", "LX*2", "SV2*0300*HC:85025*1000*UN*2", "DTP*472*D8*20240302"),
        guide=I,
    )
    own = ("claim_type", "admission_date", "discharge_date", "drg_code", "first_day", "last_day")
    assert [found[name] for name in own] == ["inpatient", "2024-03-01", "2024-03-05", "280", "2024-03-01", "2024-03-05"]
    room, test = found["lines"]
    assert (room["revenue_center_code"], room["hcpcs_code"], room["physician_id"]) == ("0120", None, "1333333334")
    assert (room["service_from"], room["service_through"]) == ("2024-03-01", "2024-03-05")
    assert (test["revenue_center_code"], test["hcpcs_code"], test["service_from"]) == ("0300", "85025", "2024-03-02")


@pytest.mark.parametrize(("how", "guide", "kind"), [("13:A:1", I, "outpatient"), ("21:A:1", I, "inpatient"),
                                                   ("11:B:1", I, "professional")])  # fmt: skip
def test_the_type_of_a_claim_is_what_clm05_says(tmp_path: Path, how: str, guide: str, kind: str) -> None:
    assert values(tmp_path, *claim("A1", "100", how), *line(), guide=guide)["claim_type"] == kind


@pytest.mark.parametrize(("given", "kept"), [("1", "1"), ("7", "7"), ("8", "8"), ("6", "7"), ("3", "1")])
def test_frequency_codes(tmp_path: Path, given: str, kept: str) -> None:
    assert values(tmp_path, *claim("A1", "100", f"11:B:{given}"), *line())["frequency"] == kept


def test_a_patient_under_a_subscribers_number_is_someone_else(tmp_path: Path) -> None:
    found = values(tmp_path, *PATIENT, *claim(), *line())
    assert (found["subscriber_id"], found["member_id"]) == ("S100", "S100/2015-07-04/female/RUB")
    assert (found["birth_date"], found["member_state"]) == ("2015-07-04", "DE")


def test_names_and_addresses_stand_apart_from_the_claim(tmp_path: Path) -> None:
    found = values(tmp_path, *PATIENT, *claim(), *line())
    assert {name: found.pop(name) for name in IDENTITY if found[name]} == {"person_name": "ROE, RUBY"}
    del found["person_street"], found["person_ssn"], found["person_phone"], found["person_mail"]
    text = repr(found)
    assert not [word for word in ("ROE", "RITA", "RUBY", "AKRON", "DOVER", "ELM ST") if word in text]


def test_what_other_payers_say_is_not_the_claims(tmp_path: Path) -> None:
    other = (
        "SBR*S*01*G9******13",
        "OI***Y",
        "NM1*IL*1*POE*PAM****MI*OTHER",
        "NM1*82*1*X*Y****XX*1999999999",
        "NM1*85*2",
    )
    found = values(
        tmp_path, *claim(), *other, *line(1, "99213", "100", "20240301", "SVD*43*55*HC:99213", "DTP*573*D8*20240401")
    )
    assert (found["member_id"], found["lines"][0]["physician_id"]) == ("S100", None)


def test_qualifier_and_code_apart_and_icd_9(tmp_path: Path) -> None:
    found = values(tmp_path, *claim("A1", "100", "11:B:1", "HI*BK*8901*BF*87200*BF:5559"), *line())
    assert (found["diagnosis_code_type"], found["diagnosis_codes"]) == ("icd-9-cm", ["8901", "87200", "5559"])


def test_a_line_without_lx_and_a_total_that_differs(tmp_path: Path) -> None:
    found = values(tmp_path, *claim("A1", "500"), *line()[1:], *line(2, "85025", "20")[1:])
    assert ([each["hcpcs_code"] for each in found["lines"]], found["charge_amount"]) == (["99213", "85025"], "120.00")


def test_a_replacement_names_its_original(tmp_path: Path) -> None:
    again = values(tmp_path, *claim("A9", "100", "11:B:7", "REF*F8*A1", "HI*ABK:E119"), *line())
    assert (again["claim_number"], again["original_number"], again["frequency"]) == ("A9", "A1", "7")
    first = values(tmp_path, *claim("A1", "100", "11:B:1", "REF*F8*A0", "HI*ABK:E119"), *line())
    assert first["original_number"] is None  # an original has none, whatever the sender's software leaves there


def test_a_social_security_number_of_a_practitioner_is_no_tax_number(tmp_path: Path) -> None:
    path = tmp_path / "claims.837"
    text = interchange(claims_837(*claim(), *line()))
    path.write_text(text.replace("REF*EI*34-1111111", "REF*SY*999-00-1234").replace("*XX*1111111112", ""))
    (record,) = read_claims(str(path))
    assert (record.reason, record.values["provider_person"]) == ("", "999001234")
    assert [name for name, value in record.values.items() if value == "999001234"] == ["provider_person"]


def test_a_claim_is_not_received_before_its_services(tmp_path: Path) -> None:
    assert values(tmp_path, *claim(), *line(day="20240403"))["received_date"] is None


@pytest.mark.parametrize(
    ("old", "new", "reason", "detail"),
    [
        ("N3*1 ELM ST~\n", "", "missing_segment", "N3 is missing in loop 2010AA (billing provider), segment 7"),
        ("REF*EI*34-1111111", "REF*EI*1~\nREF*EI*2", "bad_segment", "REF*EI at segment 11 repeats"),
        ("HI*ABK:E119*ABF:I10~\n", "", "missing_segment", "HI is missing in loop 2300, segment 16"),
        ("ABF:I10", "BF:4019", "bad_segment", "mixes ICD-9 and ICD-10"),
        ("NM1*IL*1*ROE*RITA****MI*S100", "NM1*IL*1*ROE*RITA", "missing_segment", "NM109"),
        ("SV1*HC:99213:25*100*UN*1***1~\n", "", "missing_segment", "SV1 or SV2"),
        ("*100*UN", "*1e3*UN", "bad_amount", "SV102 at segment 19"),
        ("*100*UN", "*9999999999999*UN", "bad_amount", "SV102"),
        ("CLM*A1*100*", "CLM*A1*NaN*", "bad_amount", "CLM02"),
        ("CLM*A1*", "CLM**", "missing_value", "CLM01"),
        ("20240301", "20240230", "bad_date", "DTP*472 at segment 20"),
        ("DTP*472*D8*20240301", "DTP*472*RD8*20240302-20240301", "bad_date", "ends before it begins"),
        ("DTP*472*D8*20240301~\n", "", "missing_segment", "DTP*472"),
        ("*UN*1*", "*UN*x*", "bad_number", "SV104"),
        ("11:B:1", "11:B:Z", "bad_segment", "frequency"),
    ],
)  # fmt: skip
def test_what_is_wrong_rejects_that_claim_alone(tmp_path: Path, old: str, new: str, reason: str, detail: str) -> None:
    whole = (
        *HEADER,
        "NM1*85*2*OAK*****XX*1555555556",
        "N3*2 OAK",
        "N4*AKRON*OH*44301",
        *INSURED,
        *claim("B1"),
        *line(),
    )
    text = interchange(transaction([*HEADER, *BILLING, *INSURED, *claim(), *line(), *whole]))
    path = tmp_path / "claims.837"
    path.write_text(text.replace(old, new, 1), newline="")
    bad, good = read_claims(str(path))
    assert (bad.reason, good.reason) == (reason, "")
    assert detail in bad.detail
    assert good.values["claim_number"] == "B1"
