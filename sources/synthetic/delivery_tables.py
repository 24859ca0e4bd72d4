"""A book as the tables of a delivery: one Arrow table per file, its columns those of the catalog without provenance."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.synthetic import codes, diagnoses, pharmacy
from sources.synthetic.arrow_columns import NO_DAY, catalog_table, index, states, text, text_of
from sources.synthetic.book import Book
from sources.synthetic.claims import CLAIM_TYPES, INPATIENT, SCHEMES
from sources.synthetic.eligibility import ALIVE, spans
from sources.synthetic.ids import Ids, numbered
from sources.synthetic.population import MARKETS
from sources.synthetic.providers import KIND, NAMES


def members(book: Book, ids: Ids) -> pa.Table:
    people, death = book.world.people, book.world.death_day
    first = book.world.settings.month_starts[book.world.covered.argmax(1)]
    # The insurer learns of a death only while it covers the person.
    told = (death < ALIVE) & book.world.insured(np.arange(len(people)), np.minimum(death, 10**7))
    return catalog_table(
        "members",
        book.world.settings,
        {
            "member_id": ids.members,
            "birth_date": people["birth_day"],
            "death_date": np.where(told, death, NO_DAY),
            "gender": text(("male", "female"), people["female"].to_numpy().astype(int)),
            "state": states(people["area"].to_numpy()),
            "known_date": first,
        },
    ).take(pc.sort_indices(ids.members))


def eligibility(book: Book, ids: Ids) -> pa.Table:
    held = spans(book.world.covered, book.world.death_day, book.world.settings)
    people = book.world.people.iloc[held["person"]]
    yes = pa.array(np.ones(len(held), bool))
    made = catalog_table(
        "eligibility",
        book.world.settings,
        {
            "member_id": ids.members.take(pa.array(held["person"])),
            "enrollment_start_date": held["first"],
            "enrollment_end_date": held["last"],
            "market": text(MARKETS, people["market"].to_numpy()),
            "group_id": ids.groups.take(index(people["group"].to_numpy())),
            "medical_coverage": yes,
            "pharmacy_coverage": yes,
            "claims_complete": yes,
            "known_date": held["first"],
        },
    )
    return made.sort_by([("member_id", "ascending"), ("enrollment_start_date", "ascending")])


def providers(book: Book, ids: Ids) -> pa.Table:
    billing, doctors = book.world.billing, book.world.doctors
    special = np.concatenate([billing["specialty"], doctors["specialty"]])
    area = np.concatenate([billing["area"], doctors["area"]])
    since = np.concatenate([billing["effective_day"], doctors["effective_day"]])
    kind = np.concatenate([KIND[billing["specialty"]], np.full(len(doctors), "physician")])
    identity = pa.concat_arrays([ids.providers, ids.physicians])
    return catalog_table(
        "providers",
        book.world.settings,
        {
            "provider_id": identity,
            "provider_kind": pa.array(kind),
            "specialty": text(NAMES, special),
            "state": states(area),
            "effective_date": since,
            "known_date": since,
        },
    ).take(pc.sort_indices(identity))


def claim_lines(book: Book, ids: Ids) -> pa.Table:
    lines = book.lines
    row = lines["row"].to_numpy()
    version = book.versions.iloc[row]
    claim = version["claim"].to_numpy()
    head = book.claims.headers.iloc[claim]
    stay = head["kind"].to_numpy() == INPATIENT
    first, last = (head[name].to_numpy().astype("int64") for name in ("first", "last"))
    claim_id = ids.claims.take(pa.array(claim))
    return catalog_table(
        "claim_lines",
        book.world.settings,
        {
            "claim_line_id": pc.binary_join_element_wise(
                claim_id, text_of(lines["number"]), text_of(version["version"]), "-"
            ),
            "claim_id": claim_id,
            "claim_line_number": lines["number"],
            "claim_version": version["version"],
            "claim_frequency_code": pa.array(version["frequency"].to_numpy(object)),
            "claim_type": text(CLAIM_TYPES, head["kind"].to_numpy()),
            "member_id": ids.members.take(pa.array(head["person"].to_numpy())),
            "provider_id": ids.providers.take(pa.array(head["provider"].to_numpy())),
            "physician_id": ids.physicians.take(index(head["physician"].to_numpy())),
            "referring_physician_id": ids.physicians.take(index(head["referring"].to_numpy())),
            "service_from": first,
            "service_through": last,
            "admission_date": np.where(stay, first, NO_DAY),
            "discharge_date": np.where(stay, last, NO_DAY),
            "received_date": version["received"],
            "paid_date": version["paid_day"],
            "known_date": version["paid_day"],
            "place_of_service_code": pc.utf8_lpad(text_of(head["place"]), 2, "0"),
            "revenue_center_code": text(codes.REVENUE, lines["revenue"].to_numpy()),
            "drg_code": text(codes.DRG, head["drg"].to_numpy()),
            "hcpcs_code": text(codes.HCPCS, lines["code"].to_numpy()),
            "hcpcs_modifier_1": text(codes.MODIFIERS, lines["modifier"].to_numpy()),
            "diagnosis_code_type": pa.array(np.full(len(lines), "icd-10-cm")),
            "diagnosis_codes": _diagnoses(book).take(pa.array(claim)),
            "service_unit_quantity": lines["units"],
            "charge_amount": lines["charge"],
            "allowed_amount": lines["allowed"],
            "paid_amount": lines["paid"],
        },
    )


def pharmacy_claims(book: Book, ids: Ids) -> pa.Table:
    version = book.fill_versions
    position = version["fill"].to_numpy()
    fill = book.fills.iloc[position]
    claim_id = ids.fills.take(pa.array(position))
    return catalog_table(
        "pharmacy_claims",
        book.world.settings,
        {
            "claim_line_id": pc.binary_join_element_wise(claim_id, "1", text_of(version["version"]), "-"),
            "claim_id": claim_id,
            "claim_version": version["version"],
            "claim_frequency_code": pa.array(version["frequency"].to_numpy(object)),
            "member_id": ids.members.take(pa.array(fill["person"].to_numpy())),
            "provider_id": ids.providers.take(pa.array(fill["provider"].to_numpy())),
            "physician_id": ids.physicians.take(index(fill["physician"].to_numpy())),
            "dispensing_date": fill["day"],
            "received_date": version["received"],
            "paid_date": version["paid_day"],
            "known_date": version["paid_day"],
            "ndc_code": text(pharmacy.NDC, fill["drug"].to_numpy()),
            "quantity": fill["quantity"],
            "days_supply": fill["days"],
            "charge_amount": version["charge"],
            "allowed_amount": version["allowed"],
            "paid_amount": version["paid"],
        },
    )


def investigations(book: Book, ids: Ids) -> pa.Table:
    """Providers first, then claims; numbered by the day they were opened."""
    cases, reviews = book.cases, book.reviews
    claim_ids = pa.concat_arrays([ids.claims, ids.fills])
    target = pa.concat_arrays(
        [
            ids.providers.take(pa.array(cases["provider"].to_numpy())),
            claim_ids.take(pa.array(reviews["claim"].to_numpy().astype("int64"))),
        ]
    )
    both = {
        name: np.concatenate([cases[name], reviews[name]])
        for name in ("selection", "confirmed", "scheme", "opened", "decided")
    }
    confirmed = both["confirmed"].astype(bool)
    number = np.empty(len(target), dtype="int64")
    number[np.argsort(both["opened"].astype("int64"), kind="stable")] = np.arange(1, len(target) + 1)
    recovered = np.where(confirmed, np.concatenate([cases["recovered"], reviews["recovered"]]), 0.0)
    made = catalog_table(
        "investigations",
        book.world.settings,
        {
            "investigation_id": numbered("I", number, 7),
            "target_type": pa.array(["provider"] * len(cases) + ["claim"] * len(reviews)),
            "target_id": target,
            "selection": pa.array(both["selection"].astype(object), pa.string()),
            "outcome": text(("unfounded", "confirmed"), confirmed.astype(int)),
            "scheme": text(SCHEMES, np.where(both["scheme"] > 0, both["scheme"], -1).astype("int64")),
            "opened_date": both["opened"],
            "decided_date": both["decided"],
            "known_date": both["decided"],
            "recovered_amount": recovered.astype(float),
        },
    )
    return made.sort_by("investigation_id")


def _diagnoses(book: Book) -> pa.Array:
    """Diagnoses of each claim joined by '|', principal first."""
    head, health, starts = book.claims.headers, book.world.health, book.world.settings.month_starts
    first = head["diagnosis"].to_numpy()
    onset, end = (month * 30.4375 + starts[0] for month in (health.onset, health.end))
    more = diagnoses.secondary(
        head["person"].to_numpy(),
        head["first"].to_numpy(),
        onset,
        end,
        first,
        book.world.settings.stream("secondary diagnoses"),
    )
    parts = [text(diagnoses.DIAGNOSES, column) for column in (first, *more.T)]
    return pc.binary_join_element_wise(*parts, "|", null_handling="skip")
