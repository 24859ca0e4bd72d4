"""Research Identifiable Files become canonical rows, claim by claim."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from sources.reconcile import reconcile
from tests.sources.delivered import Row, Taken


def lines(book: Taken, claim: str, table: str = "claim_lines") -> list[Row]:
    found = [row for row in book.tables[table] if row["claim_id"] == claim]
    return sorted(found, key=lambda row: (row["claim_version"], row.get("claim_line_number", 1)))


def dollars(row: Row) -> tuple[str, str, str]:
    return str(row["charge_amount"]), str(row["allowed_amount"]), str(row["paid_amount"])


def test_the_first_line_of_a_stay(book: Taken) -> None:
    line = lines(book, "inpatient-900")[0]
    given = {name: value for name, value in line.items() if value is not None}
    assert given == {
        "claim_line_id": "inpatient-900-1-1",
        "claim_id": "inpatient-900",
        "claim_line_number": 1,
        "claim_version": 1,
        "claim_frequency_code": "1",
        "claim_type": "inpatient",
        "member_id": "-11",
        "provider_id": "220016",
        "physician_id": "9001",
        "service_from": date(2019, 1, 3),
        "service_through": date(2019, 1, 7),
        "admission_date": date(2019, 1, 3),
        "discharge_date": date(2019, 1, 7),
        "paid_date": date(2019, 1, 18),
        "known_date": date(2019, 1, 18),
        "revenue_center_code": "0450",
        "drg_code": "047",
        "diagnosis_code_type": "icd-10-cm",
        "diagnosis_codes": ["J9601", "J449"],
        "charge_amount": Decimal("6500.00"),
        "allowed_amount": Decimal("5124.00"),
        "paid_amount": Decimal("4000.00"),
        "source": "rif",
        "batch_id": "b1",
        "file_name": "inpatient.csv",
        "row_number": 2,
    }


def test_a_claims_payment_counts_once_however_many_lines_repeat_it(book: Taken) -> None:
    told = [(row["claim_version"], row["claim_line_number"], *dollars(row)) for row in lines(book, "inpatient-900")]
    assert told == [
        (1, 1, "6500.00", "5124.00", "4000.00"),
        (1, 2, "0.00", "0.00", "0.00"),
        (2, 1, "6500.00", "4624.00", "3500.00"),
    ]


def test_versions_share_their_group(book: Taken) -> None:
    codes = {
        (row["claim_id"], row["claim_version"]): row["claim_frequency_code"] for row in book.tables["claim_lines"]
    } | {(row["claim_id"], row["claim_version"]): row["claim_frequency_code"] for row in book.tables["pharmacy_claims"]}
    assert codes == {
        ("inpatient-900", 1): "1",
        ("inpatient-900", 2): "7",
        ("inpatient-902", 2): "8",  # the original came in an earlier delivery
        ("outpatient-900", 1): "1",
        ("outpatient-910", 1): "1",  # an interim bill is a claim of its own
        ("hospice-920", 1): "1",
        ("carrier-930", 1): "1",
        ("carrier-930", 2): "7",
        ("carrier-932", 2): "8",
        ("carrier-933", 2): "8",
        ("pde-940", 1): "1",
        ("pde-940", 2): "7",
    }


def test_the_payment_stands_on_the_first_line_that_can_be_used(book: Taken) -> None:
    second, third = lines(book, "outpatient-900")
    assert book.reasons("outpatient_2019.rif")[2] == "bad_date"
    assert (second["claim_line_number"], *dollars(second)) == (2, "200.00", "150.00", "150.00")
    assert dollars(third) == ("0.00", "0.00", "0.00")


def test_a_line_is_dated_by_its_own_day_where_it_lies_within_its_claim(book: Taken) -> None:
    second, third = lines(book, "outpatient-900")
    assert (second["service_from"], second["service_through"]) == (date(2019, 4, 2), date(2019, 4, 2))
    assert (third["service_from"], third["service_through"]) == (date(2019, 4, 1), date(2019, 4, 5))


def test_a_claim_without_a_processing_date_is_known_from_its_last_day(book: Taken) -> None:
    (line,) = lines(book, "outpatient-910")
    assert (line["paid_date"], line["known_date"]) == (None, date(2012, 4, 5))
    assert line["diagnosis_code_type"] == "icd-9-cm"


def test_hospice_is_no_stay(book: Taken) -> None:
    (line,) = lines(book, "hospice-920")
    assert (line["claim_type"], line["admission_date"], line["drg_code"]) == ("outpatient", None, None)


def test_a_carrier_line_has_its_own_amounts(book: Taken) -> None:
    first, second, replaced = lines(book, "carrier-930")
    assert dollars(first) == ("150.00", "100.00", "80.00")
    assert dollars(second) == ("20.00", "10.00", "8.01")
    assert dollars(replaced) == ("150.00", "70.00", "56.00")
    assert (second["place_of_service_code"], second["service_unit_quantity"]) == ("05", 2.0)
    assert (first["provider_id"], first["physician_id"]) == ("999000111", "9000000001")
    assert first["referring_physician_id"] == "9000000002"


def test_fills(book: Taken) -> None:
    first, replaced = lines(book, "pde-940", "pharmacy_claims")
    assert dollars(first) == ("None", "50.00", "25.00")
    assert dollars(replaced) == ("None", "25.00", "10.00")
    assert (first["dispensing_date"], first["known_date"]) == (date(2019, 2, 1), date(2019, 2, 3))
    assert (first["provider_id"], first["physician_id"]) == ("8000000003", "9000000001")


def test_rows_that_cannot_be_taken(book: Taken) -> None:
    assert book.reasons("inpatient.csv") == {6: "bad_date"}
    assert book.reasons("outpatient_2019.rif") == {
        2: "bad_date",
        6: "bad_date",
        7: "unknown_member",
        8: "unknown_member",
    }
    assert book.reasons("carrier.txt") == {4: "duplicate_claim_line", 8: "bad_amount"}
    assert book.reasons("pde.csv") == {4: "bad_date"}
    assert book.reasons("beneficiary_2019.csv") == {4: "bad_date", 5: "bad_number"}


def test_members_as_the_last_year_describes_them(book: Taken) -> None:
    told = {
        row["member_id"]: (row["birth_date"], row["death_date"], row["gender"], row["state"], row["known_date"])
        for row in book.tables["members"]
    }
    assert told == {
        "-11": (date(1942, 1, 17), None, "male", "NY", date(2019, 12, 31)),
        "-12": (date(1950, 3, 3), date(2019, 4, 10), "female", "CA", date(2019, 12, 31)),
    }


def test_coverage_follows_the_months(book: Taken) -> None:
    told = sorted(
        (
            row["member_id"],
            row["enrollment_start_date"],
            row["enrollment_end_date"],
            row["medical_coverage"],
            row["pharmacy_coverage"],
            row["claims_complete"],
        )
        for row in book.tables["eligibility"]
    )
    assert told == [
        ("-11", date(2019, 1, 1), date(2019, 6, 30), True, True, True),
        ("-11", date(2019, 7, 1), date(2019, 12, 31), True, True, False),  # in a Medicare Advantage plan
        ("-11", date(2020, 3, 1), date(2020, 7, 31), True, False, True),
        ("-11", date(2020, 8, 1), date(2020, 12, 31), True, True, True),
        ("-12", date(2019, 1, 1), date(2019, 4, 30), True, False, True),  # until the month of death
    ]


def test_providers_are_those_the_claims_name(book: Taken) -> None:
    told = {
        row["provider_id"]: (row["provider_kind"], row["npi"], row["tax_id"], row["state"])
        for row in book.tables["providers"]
    }
    assert told == {
        "220016": ("facility", "8000000001", None, "MA"),
        "221537": ("facility", None, None, "MA"),
        "999000111": ("practice", "8000000002", "999000111", None),
        "8000000003": ("pharmacy", "8000000003", None, None),
        "9001": ("physician", None, None, None),
        "9000000001": ("physician", "9000000001", None, None),
        "9000000002": ("physician", "9000000002", None, None),
    }


def test_rows_and_dollars_of_every_file_add_up(book: Taken) -> None:
    audits = {audit.file_name: audit for audit in reconcile(book.intake, book.frames)}
    assert {name: audit.read.rows for name, audit in audits.items()} == {
        "beneficiary_2019.csv": 4,
        "beneficiary_2020.csv": 2,
        "inpatient.csv": 5,
        "outpatient_2019.rif": 7,
        "hospice.csv": 1,
        "carrier.txt": 7,
        "pde.csv": 3,
        "dme.csv": 0,
    }
    assert str(audits["outpatient_2019.rif"].read.paid) == "360.00"
    assert str(audits["outpatient_2019.rif"].rejected.paid) == "130.00"
    for audit in audits.values():
        assert audit.read == audit.accepted + audit.rejected


def test_names_and_medicare_numbers_go_nowhere(book: Taken) -> None:
    assert "beneficiary_history.csv" in book.intake.delivery.ignored
    told = repr(book.tables)
    assert "Quillfeather" not in told
    assert "1A00A00AA00" not in told


def test_claim_line_ids_are_unique(book: Taken) -> None:
    ids = Counter(row["claim_line_id"] for table in ("claim_lines", "pharmacy_claims") for row in book.tables[table])
    assert ids.most_common(1)[0][1] == 1
