"""One small delivery of each family of formats about one made-up person, who is spelled out in every place where a
member can be, in rows that are taken, rows that are rejected and files that are refused.
"""

# ruff: noqa: E501  rows of a specification read as a table

from __future__ import annotations

import json
from pathlib import Path

from sources.rif import layout
from tests.sources.book import BOOK, header, write_book
from tests.sources.delivered import cells, csv_text
from tests.sources.fhir.files import bundle, carin
from tests.sources.rif.conftest import piped
from tests.sources.x12.made import BILLING, HEADER, claim, interchange, line, members_834, payments_835, transaction

MEMBER, STRANGER = "ZQMEM-7001", "ZQMEM-7009"
SURNAME, GIVEN = "Zqsurname", "Zqgiven"
SSN, STREET, PHONE, MAIL, CARD = "900661234", "7001 Zqelm Lane", "5550170001", "zq@zq.example", "1ZQ4TE5MK73"
WORDS = (MEMBER, STRANGER, SURNAME, GIVEN, SSN, STREET, PHONE, MAIL, CARD)
"""What nothing that a run leaves behind may hold."""

BIRTHS = ("1903-02-28", "19030228", "28-Feb-1903")
"""Of the same person; the canonical members alone may hold it."""

_FILLER = "\n".join(
    f"f{n}-1-1 f{n} {MEMBER} 2024-01-05 2024-01-05 2024-02-01 2024-02-01 1.00 1.00 1.00" for n in range(3)
)


def canonical(folder: Path) -> Path:
    """Claim ids embed the member; rows are unreadable, repeated, torn, or about a stranger."""
    members = (
        BOOK["members"].replace("M1 ", f"{MEMBER} ").replace("1970-01-31", BIRTHS[0])
        + f"{MEMBER}b {SSN} - female OH 2023-01-01"
    )
    lines = (
        BOOK["claim_lines"].replace("c1-1-1", f"{MEMBER}-88-1").replace("c1 ", f"{MEMBER}-88 ").replace("M1", MEMBER)
    )
    rows = [row.strip() for row in lines.strip().splitlines()]
    bad = rows[1].replace("80.00", SSN + SURNAME).replace("-88-1", "-89-1")
    unknown = rows[1].replace(MEMBER, STRANGER)
    write_book(
        folder,
        members=members,
        claim_lines="\n".join([*rows, rows[1], bad, unknown, _FILLER]),
        eligibility=BOOK["eligibility"].replace("M1", MEMBER),
        pharmacy_claims=BOOK["pharmacy_claims"].replace("M1", MEMBER).replace("f1", f"{MEMBER}_7"),
    )
    person = {"name": f"{SURNAME}, {GIVEN}", "ssn": SSN, "street": STREET, "phone": PHONE, "email": MAIL, "card": CARD}
    told = csv_text([*header("members"), *person], [row | person for row in cells(members)])
    (folder / "members.csv").write_text(told + f"{MEMBER}c,{SURNAME},{GIVEN}\n")
    return folder


def tuva(folder: Path) -> Path:
    folder.mkdir()
    told = {"first_name": GIVEN, "last_name": SURNAME, "social_security_number": SSN, "address": STREET, "phone": PHONE}
    spans = cells(f"""
person_id  gender birth_date  enrollment_start_date enrollment_end_date payer_type state member_id
{MEMBER}   female {BIRTHS[0]} 2023-01-01            2023-12-31          medicare   Ohio  {CARD}
{MEMBER}   female {BIRTHS[0]} {SSN}                 2023-12-31          medicare   Ohio  {CARD}
""")
    rows = [row | told | {"email": MAIL} for row in spans]
    (folder / "eligibility.csv").write_text(csv_text(list(rows[0]), rows))
    claims = cells(f"""
claim_id     claim_line_number claim_type   person_id  claim_start_date claim_end_date paid_amount rendering_npi
{MEMBER}-1   1                 professional {MEMBER}   2023-02-01       2023-02-04     90.00       1000000020
{MEMBER}-1   1                 professional {MEMBER}   2023-02-01       2023-02-04     90.00       1000000020
{MEMBER}-2   1                 professional {MEMBER}   2023-02-01       2023-02-04     {SSN}x      1000000020
{STRANGER}-2 1                 professional {STRANGER} 2023-02-01       2023-02-04     1.00        1000000020
""")
    (folder / "medical_claim.csv").write_text(csv_text(list(claims[0]), claims))
    return folder


def rif(folder: Path) -> Path:
    folder.mkdir()
    (folder / "beneficiary_2019.csv").write_text(
        piped(
            layout.BENEFICIARY,
            f"""
person    born        died sex home year A  B  D  buyin        plans        hmo          name
{MEMBER}  {BIRTHS[2]} -    1   22   2019 12 12 12 333333333333 YYYYYYYYYYYY 000000000000 {SURNAME}
{MEMBER}b {SSN}       -    1   22   2019 12 12 12 333333333333 YYYYYYYYYYYY 000000000000 {SURNAME}
""",
        )
    )
    (folder / "carrier.txt").write_text(
        piped(
            layout.PROFESSIONAL,
            f"""
person     claim group entry change from        through     processed   tax       npi        performed  referred   line place units code  line_charge line_allowed line_paid principal icd
{MEMBER}   930   930   1     INSERT 05-Jan-2019 06-Jan-2019 12-Jan-2019 999000111 8000000002 9000000001 9000000002 1    11    1     99214 150.00      100.00       80.00     I10       0
{MEMBER}   930   930   1     INSERT 05-Jan-2019 06-Jan-2019 12-Jan-2019 999000111 8000000002 9000000001 9000000002 1    11    1     99214 150.00      100.00       80.00     I10       0
{MEMBER}   931   931   1     INSERT {SSN}       06-Jan-2019 12-Jan-2019 999000111 8000000002 9000000001 9000000002 1    11    1     99214 150.00      100.00       80.00     I10       0
{STRANGER} 932   932   1     INSERT 05-Jan-2019 06-Jan-2019 12-Jan-2019 999000111 8000000002 9000000001 9000000002 1    11    1     99214 150.00      100.00       80.00     I10       0
""",
        )
    )
    return folder


def x12(folder: Path) -> Path:
    """An enrolment, claims and payments; a claim and an enrolment that cannot be read, and an envelope cut off."""
    folder.mkdir()
    person = (
        "NM1*IL*1*{name}*MI*{member}",
        f"N3*{STREET}",
        "N4*AKRON*OH*44301",
        f"DMG*D8*{BIRTHS[1]}*F",
        f"REF*SY*{SSN}",
    )
    insured = [part.format(name=f"{SURNAME}*{GIVEN}***", member=MEMBER) for part in person]
    sent = transaction(
        [
            *(*HEADER, *BILLING, "HL*2*1*22*0", "SBR*P*18*G1******CI", *insured),
            *(*claim(f"{MEMBER}-A1"), *line(), *claim(f"{MEMBER}-A2", f"{SSN}x"), *line()),
            *(*claim(f"{MEMBER}-A1"), *line(), *claim(f"{MEMBER}-A3"), *line(day=SSN)),
            *("HL*3*2*23*0", "PAT*19", f"NM1*QC*1*{SURNAME}*{GIVEN}", "N4*DOVER*DE*19901", f"DMG*D8*{BIRTHS[1]}*F"),
            *(*claim(f"{MEMBER}-A4"), *line()),
        ]
    )
    (folder / "claims.837").write_text(interchange(sent))
    (folder / "torn.837").write_text(interchange(sent)[: -len(sent[-1]) - 60])
    told = (f"INS*Y*18*021*28*A~REF*0F*{MEMBER}", *insured, f"PER*IP**TE*{PHONE}*EM*{MAIL}", "HD*021**HLT")
    segments = [part for text in told for part in text.split("~")]
    enrolled = members_834(*segments, "DTP*348*D8*20240101", *segments, f"DTP*348*D8*{SSN}")
    (folder / "members.834").write_text(interchange(enrolled, set_id="834"))
    paid = payments_835(
        *(f"CLP*{MEMBER}-A1*1*100*90*10*12*P1", f"NM1*QC*1*{SURNAME}*{GIVEN}****MI*{MEMBER}", "DTM*232*20240301"),
        *("SVC*HC:99213*100*90", f"CLP*{MEMBER}-B9*1*100*{SSN}x**12*P2", "DTM*232*20240301"),
    )
    (folder / "paid.835").write_text(interchange(paid, set_id="835"))
    return folder


def fhir(folder: Path) -> Path:
    folder.mkdir()
    person = {
        "resourceType": "Patient",
        "id": MEMBER,
        "name": [{"family": SURNAME, "given": [GIVEN]}],
        "birthDate": BIRTHS[0],
        "telecom": [{"system": "phone", "value": PHONE}, {"system": "email", "value": MAIL}],
        "address": [{"line": [STREET], "state": "OH"}],
        "identifier": [
            {"system": "http://hl7.org/fhir/sid/us-ssn", "value": SSN},
            {"system": "http://hl7.org/fhir/sid/us-mbi", "value": CARD},
        ],
    }
    own = {"patient": {"reference": f"Patient/{MEMBER}"}}
    good = carin(id=f"{MEMBER}-1", **own)
    bad = carin(id=f"{MEMBER}-2", **own, billablePeriod={"start": SSN, "end": SURNAME})
    (folder / "all.json").write_text(bundle(person, good, good, bad))
    torn = json.dumps(person)[:-20]
    (folder / "more.ndjson").write_text("\n".join([json.dumps(person), torn, json.dumps(bad), f'"{SURNAME}"']) + "\n")
    return folder


def headless(folder: Path) -> Path:
    """A delivery that is refused: its members file begins with a person instead of a header."""
    canonical(folder)
    text = (folder / "members.csv").read_text()
    (folder / "members.csv").write_text(text.split("\n", 1)[1])
    return folder


def torn(folder: Path) -> Path:
    """A delivery that is refused: its claims end in the middle of a row about the person."""
    canonical(folder)
    text = (folder / "claim_lines.csv").read_text()
    (folder / "claim_lines.csv").write_text(text[: text.rindex(MEMBER) + len(MEMBER)])
    return folder


TAKEN = {"canonical": canonical, "tuva": tuva, "rif": rif, "x12": x12, "fhir": fhir}
"""Source -> what writes its delivery."""
REFUSED = {"headless": headless, "torn": torn}
