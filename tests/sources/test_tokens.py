"""Member identifiers become keyed tokens, and the key tells nothing of itself."""

from __future__ import annotations

import hashlib
import hmac
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from catalog.errors import BadDelivery
from sources.tokens import TokenKey, with_tokens

KEY = TokenKey(b"a key of tests, thirty-two bytes!")
OTHER = TokenKey(b"another key of tests, longer still")


def test_a_token_is_the_keyed_hash_of_the_identifier() -> None:
    digest = hmac.new(KEY.secret, b"M0001", hashlib.sha256).digest()
    assert KEY.token("M0001").startswith("m-")
    assert len(KEY.token("M0001")) == len("m-") + 24
    assert TokenKey(KEY.secret).token("M0001") == KEY.token("M0001")
    import base64

    assert base64.b32decode(KEY.token("M0001")[2:].upper()) == digest[:15]


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_members_never_share_a_token_nor_two_keys_one(one: str, other: str) -> None:
    assert (KEY.token(one) == KEY.token(other)) == (one == other)
    assert KEY.token(one) != OTHER.token(one)


def test_the_secret_is_not_shown() -> None:
    assert "thirty-two" not in repr(KEY)
    assert KEY.key_id not in KEY.text
    assert KEY.key_id != OTHER.key_id
    assert pickle.loads(pickle.dumps(KEY)) == KEY  # noqa: S301  executors get it so


@pytest.mark.parametrize("text", ["", "short", "zz" * 32, "ab" * 31, "abc"])
def test_a_weak_or_damaged_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadDelivery) as error:
        TokenKey.of_text(text)
    assert "new-token-key" in str(error.value)
    assert not text or text not in str(error.value)


def test_a_new_key_is_random_and_survives_its_file_form() -> None:
    key = TokenKey.new()
    assert key != TokenKey.new()
    assert TokenKey.of_text(key.text + "\n") == key


def test_columns_and_what_embeds_them_hold_tokens_only(spark: SparkSession) -> None:
    rows = [
        ("A.1", "A.1-77", "x"),
        ("A.1", "77_A.1", "x"),
        ("A.1", "7A.12", "x"),
        ("AX1", "AX1", "x"),
        (None, "9-9", "x"),
        ("P\\E(", "1-P\\E(-2", "x"),
    ]
    made = with_tokens(
        spark.createDataFrame(rows, "who string, claim string, other string"), KEY, ("who", "absent"), ("claim",)
    )
    token, second, third = KEY.token("A.1"), KEY.token("AX1"), KEY.token("P\\E(")
    assert [tuple(row) for row in made.collect()] == [
        (token, f"{token}-77", "x"),
        (token, f"77_{token}", "x"),
        (token, "7A.12", "x"),
        (second, second, "x"),
        (None, "9-9", "x"),
        (third, f"1-{third}-2", "x"),
    ]
