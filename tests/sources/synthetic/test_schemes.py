"""What each scheme leaves in a book, seen beside the honest billing of the same book."""

import numpy as np
import pytest

from sources.synthetic import schemes
from sources.synthetic.claims import HELD_OUT, SCHEMES, Claims
from sources.synthetic.claims import headers as claim_headers
from sources.synthetic.claims import lines as claim_lines
from sources.synthetic.codes import HCPCS, hcpcs
from sources.synthetic.schemes import unbundling, upcoding
from sources.synthetic.schemes.scheme import Culprits, number


def of(book, scheme):
    return book.claims.headers[book.claims.headers["scheme"] == number(scheme)]


def all_of_provider_0(share=1.0):
    return Culprits(np.array([0]), np.array([0]), np.array([share]), np.array([0]))


def test_every_scheme_names_its_published_source():
    for scheme, _ in (*schemes.MEDICAL, schemes.PHARMACY):
        assert "Source:" in scheme.__doc__
        assert scheme.NAME in SCHEMES


def test_shares_of_the_schemes_make_a_whole():
    assert sum(share for _, share in (*schemes.MEDICAL, schemes.PHARMACY)) == pytest.approx(1)


def test_upcoding_raises_visits_and_leaves_other_lines(small_book):
    billed = Claims(
        claim_headers(3, provider=0, first=9), claim_lines(3, claim=[0, 1, 2], code=hcpcs("99213", "36415", "99215"))
    )
    raised = upcoding.commit(billed, small_book.world, all_of_provider_0(), np.random.default_rng(1))
    assert HCPCS[raised.lines["code"]][0] in ("99214", "99215")
    assert HCPCS[raised.lines["code"]][1:].tolist() == ["36415", "99215"]
    assert raised.headers["scheme"].tolist() == [number("upcoding"), 0, 0]


def test_unbundling_bills_the_parts_of_a_panel(small_book):
    billed = Claims(claim_headers(2, provider=0, first=9), claim_lines(2, claim=[0, 1], code=hcpcs("80061", "85025")))
    split = unbundling.commit(billed, small_book.world, all_of_provider_0(), np.random.default_rng(1))
    assert HCPCS[split.lines["code"]].tolist() == ["82465", "83718", "84478", "85025"]
    assert split.headers["scheme"].tolist() == [number("unbundling"), 0]


def test_nobody_cheats_before_the_scheme_starts(small_book):
    later = Culprits(np.array([0]), np.array([10]), np.array([1.0]), np.array([0]))
    billed = Claims(claim_headers(1, provider=0, first=9), claim_lines(1, claim=[0], code=hcpcs("80061")))
    assert unbundling.commit(billed, small_book.world, later, np.random.default_rng(1)).headers["scheme"].tolist() == [
        0
    ]


def test_services_after_death_come_after_death(shaped_book):
    claims = of(shaped_book, "services_after_death")
    assert len(claims) > 0
    assert (claims["first"] > shaped_book.world.death_day[claims["person"]]).all()


def test_honest_claims_never_come_after_death_or_outside_coverage(shaped_book):
    honest = shaped_book.claims.headers.query("scheme == 0")
    assert shaped_book.world.insured(honest["person"].to_numpy(), honest["first"].to_numpy()).all()


def test_a_ring_shares_people_and_an_ordering_doctor(shaped_book):
    claims = of(shaped_book, "dme_lab_ring").assign(ring=lambda c: shaped_book.truth["ring"].to_numpy()[c["provider"]])
    for _, ring in claims.groupby("ring"):
        assert ring["provider"].nunique() >= 2
        assert ring["referring"][ring["referring"] >= 0].nunique() == 1
        assert ring.groupby("person")["provider"].nunique().max() >= 2


def test_every_fraudster_also_bills_honestly(shaped_book):
    book = shaped_book
    fraudsters = np.flatnonzero(book.truth["scheme"] > 0)
    honest = set(book.claims.headers.query("scheme == 0")["provider"]) | set(
        book.fills.query("scheme == 0")["provider"]
    )
    assert set(fraudsters) <= honest


def test_look_alikes_are_honest(shaped_book):
    truth = shaped_book.truth
    assert not ((truth["look_alike"] > 0) & (truth["scheme"] > 0)).any()
    assert set(truth["look_alike"]) == {0, 1, 2, 3, 4, 5}


def test_all_schemes_occur_in_a_book_of_some_size_and_one_provider_in_ten_to_twelve_cheats(shaped_book):
    truth = shaped_book.truth
    assert set(truth["scheme"]) == set(range(len(SCHEMES)))
    assert 0.08 <= (truth["scheme"] > 0).mean() <= 0.10


def test_the_held_out_scheme_is_never_investigated(shaped_book):
    held_out = number(HELD_OUT)
    assert held_out not in set(shaped_book.truth["scheme"].to_numpy()[shaped_book.cases["provider"]])
    assert held_out not in set(shaped_book.cases["scheme"]) | set(shaped_book.reviews["scheme"])
