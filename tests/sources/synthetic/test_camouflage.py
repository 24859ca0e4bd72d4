"""Disguised fraud looks like the honest billing around it, and a book without it is the book it always was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sources.synthetic.book import Book, make_book
from sources.synthetic.claims import PROFESSIONAL, Claims
from sources.synthetic.claims import headers as claim_headers
from sources.synthetic.claims import lines as claim_lines
from sources.synthetic.codes import HCPCS, hcpcs
from sources.synthetic.schemes import duplicate_billing, phantom_refills, unbundling, upcoding
from sources.synthetic.schemes.scheme import Culprits, number
from sources.synthetic.settings import Settings


@pytest.fixture(scope="module")
def disguised() -> Book:
    return make_book(Settings(members=5000, months=36, seed=11, camouflage=1.0))


def of(book: Book, scheme: str) -> pd.DataFrame:
    return book.claims.headers[book.claims.headers["scheme"] == number(scheme)]


def one_culprit() -> Culprits:
    return Culprits(np.array([0]), np.array([0]), np.array([1.0]), np.array([0]))


def test_honest_claims_are_the_same_with_and_without_it(disguised: Book) -> None:
    plain = make_book(Settings(members=5000, months=36, seed=11))
    same = ["person", "provider", "first", "last", "physician", "referring"]
    honest = [book.claims.headers.query("scheme == 0")[same].sort_values(same) for book in (plain, disguised)]
    assert honest[0].to_numpy().tolist() == honest[1].to_numpy().tolist()


def test_visits_rise_by_one_level(disguised: Book) -> None:
    billed = Claims(
        claim_headers(200, provider=0, first=9), claim_lines(200, claim=np.arange(200), code=hcpcs("99212")[0])
    )
    raised = upcoding.commit(billed, disguised.world, one_culprit(), np.random.default_rng(1))
    assert set(HCPCS[raised.lines["code"]]) == {"99213"}


def test_half_of_a_panel_is_billed_without_a_modifier(disguised: Book) -> None:
    billed = Claims(claim_headers(1, provider=0, first=9), claim_lines(1, claim=[0], code=hcpcs("80048")[0]))
    split = unbundling.commit(billed, disguised.world, one_culprit(), np.random.default_rng(1)).lines
    assert HCPCS[split["code"]].tolist() == ["82947", "84295", "82374", "82565"]
    assert (split["modifier"] == -1).all()


def test_refills_come_when_the_last_is_nearly_used_up(disguised: Book) -> None:
    one_each = disguised.fills.query("scheme == 0").drop_duplicates("person").assign(provider=0)
    with_more = phantom_refills.commit(one_each, disguised.world, one_culprit(), np.random.default_rng(1))
    added = with_more[with_more["scheme"] == number("phantom_refills")].merge(
        one_each, on="person", suffixes=("", "_true")
    )
    assert len(added) > 50 and (added["day"] - added["day_true"]).between(20, 27).all()


def test_services_after_death_come_soon_after_it(disguised: Book) -> None:
    claims = of(disguised, "services_after_death")
    wait = claims["first"].to_numpy() - disguised.world.death_day[claims["person"]]
    assert len(claims) > 0 and wait.min() >= 1 and wait.max() <= 10


def test_duplicates_pass_for_follow_ups(disguised: Book) -> None:
    n = 400
    once = Claims(
        claim_headers(n, person=np.arange(n), provider=0, first=60, last=60, kind=PROFESSIONAL),
        claim_lines(n, claim=np.arange(n), code=hcpcs("99213")[0]),
    )
    twice = duplicate_billing.commit(once, disguised.world, one_culprit(), np.random.default_rng(1))
    again = twice.headers["scheme"].to_numpy() == number("duplicate_billing")
    assert again.sum() > 50 and twice.headers["first"][again].between(67, 81).all()
    assert (twice.lines["modifier"] == -1).all()


def test_a_mill_calls_people_of_its_own_area(disguised: Book) -> None:
    calls = of(disguised, "telehealth_mill")
    home = disguised.world.people["area"].to_numpy()[calls["person"]]
    assert len(calls) > 0 and (home == disguised.world.billing["area"].to_numpy()[calls["provider"]]).all()
