import numpy as np
import pytest

from sources.synthetic.claims import Claims, copies, headers, join, lines


def claims(*persons_with_lines: int) -> Claims:
    """Claim n of person n with so many lines."""
    counts = np.array(persons_with_lines)
    where = np.repeat(np.arange(len(counts)), counts)
    return Claims(headers(len(counts), person=np.arange(len(counts)), first=5), lines(counts.sum(), claim=where))


def test_lines_follow_their_claim_when_books_are_joined():
    both = join([claims(2, 1), claims(3)])
    assert both.headers["person"].tolist() == [0, 1, 0]
    assert both.lines["claim"].tolist() == [0, 0, 1, 2, 2, 2]


def test_copies_take_all_lines_of_a_claim_as_often_as_asked():
    again = copies(claims(2, 1, 3), np.array([2, 0, 2]))
    assert again.headers["person"].tolist() == [2, 0, 2]
    assert again.lines["claim"].tolist() == [0, 0, 0, 1, 1, 2, 2, 2]


def test_a_claim_ends_on_its_first_day_unless_told_otherwise():
    assert headers(1, first=9)["last"].tolist() == [9]


def test_a_misspelt_column_is_an_error():
    with pytest.raises(KeyError, match="no such column: provder"):
        headers(1, provder=3)
