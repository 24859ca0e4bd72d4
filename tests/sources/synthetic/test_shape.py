"""The generated book has the shape that published books have (bands around the figures in the docstrings)."""

import numpy as np
import pytest

from sources.synthetic.shape import concentration, persistence, summary


def test_concentration_of_a_book_where_one_in_a_hundred_spends_all():
    spend = np.r_[1000.0, np.zeros(99)]
    assert concentration(spend)["no spend"] == 0.99
    assert concentration(spend)["top 1%"] == 1.0


def test_persistence_of_a_book_that_never_changes():
    spend = np.arange(100.0)
    assert persistence(spend, spend) == pytest.approx(dict.fromkeys(persistence(spend, spend), 1.0))


# Bands around MEPS statistical briefs (concentration, zero spend, persistence), wide enough for 9,000 members.
BANDS = {
    "no spend": (0.12, 0.155),
    "top 1%": (0.19, 0.28),
    "top 5%": (0.46, 0.56),
    "top 10%": (0.61, 0.70),
    "top 30%": (0.87, 0.92),
    "bottom 50%": (0.02, 0.04),
    "above 250k": (0.0001, 0.003),
    "stay top 1%": (0.08, 0.35),
    "stay top 5%": (0.28, 0.41),
    "stay top 10%": (0.39, 0.50),
    "stay top 30%": (0.58, 0.68),
    "stay bottom 50%": (0.70, 0.79),
    "claim lines per person-year": (15, 20),
    "fills per person-year": (8.5, 11.5),
    "allowed per covered year": (4800, 7500),
    "fraudulent claims": (0.015, 0.06),
}


@pytest.fixture(scope="module")
def figures(shaped_book):
    return summary(shaped_book)


@pytest.mark.parametrize("figure", BANDS)
def test_the_book_lies_in_the_published_band(figures, figure):
    lowest, highest = BANDS[figure]
    assert lowest <= figures[figure] <= highest


def test_one_provider_for_ten_to_twelve_members(shaped_book):
    world = shaped_book.world
    assert 9 <= len(world.people) / len(world.billing) <= 12
    assert 0.8 <= len(world.doctors) / len(world.billing) <= 1.6


def test_people_keep_to_nearby_providers(shaped_book):
    """Most visits are in the person's own area, and four in five with the usual provider of that specialty."""
    world, head = shaped_book.world, shaped_book.claims.headers
    visits = head[
        (head["scheme"] == 0) & (head["place"] == 11) & (world.people["area"].to_numpy()[head["person"]] == 0)
    ]
    same_area = world.billing["area"].to_numpy()[visits["provider"]] == 0
    assert same_area.mean() > 0.85
    usual = visits.groupby(["person", world.billing["specialty"].to_numpy()[visits["provider"]]])["provider"]
    assert usual.agg(lambda providers: providers.value_counts().iloc[0] / len(providers)).mean() > 0.8
