"""Tokens in place of member identifiers: keyed, so that nobody without the key can make or guess them.

A token is HMAC-SHA256 of the identifier (RFC 2104; NIST SP 800-107 for the truncation to 120 bits), written in
24 letters and digits. The same identifier and key give the same token in every delivery, so members keep their history.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from catalog.errors import BadDelivery

_SHORTEST_KEY = 32
_BYTES = 15
_HEX = re.compile(r"[0-9a-fA-F]+")
_PREFIX = "m-"


@dataclass(frozen=True)
class TokenKey:
    """A secret of at least 32 bytes. `key_id` names it without telling it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < _SHORTEST_KEY:
            raise BadDelivery(
                f"the token key is shorter than {_SHORTEST_KEY} bytes; make one with: underwatch new-token-key"
            )

    @classmethod
    def of_text(cls, text: str) -> TokenKey:
        """The key written as hexadecimal. Raises BadDelivery for anything else, without repeating it."""
        if not _HEX.fullmatch(text.strip()) or len(text.strip()) % 2:
            raise BadDelivery("the token key is not written in hexadecimal; make one with: underwatch new-token-key")
        return cls(bytes.fromhex(text.strip()))

    @classmethod
    def new(cls) -> TokenKey:
        return cls(secrets.token_bytes(_SHORTEST_KEY))

    @property
    def text(self) -> str:
        """The secret in hexadecimal, for the key file alone."""
        return self.secret.hex()

    @property
    def key_id(self) -> str:
        return hmac.digest(self.secret, b"underwatch key id", "sha256").hex()[:12]

    def token(self, identifier: str) -> str:
        """The token of one identifier."""
        digest = hmac.digest(self.secret, identifier.encode(), hashlib.sha256)[:_BYTES]
        return _PREFIX + base64.b32encode(digest).decode().lower()


def with_tokens(rows: DataFrame, key: TokenKey, columns: tuple[str, ...], embedding: tuple[str, ...] = ()) -> DataFrame:
    """`rows` with tokens in `columns`, and in place of the first of them where it stands in `embedding` columns as a
    part between delimiters (`PT01-3` of member `PT01`)."""
    present = [name for name in columns if name in rows.columns]
    if not present:
        return rows
    token = F.arrow_udf(_tokenizer(key), "string")  # type: ignore[call-overload]
    tokens = {f"_token_{name}": token(F.col(f"`{name}`")) for name in present}
    known = rows.withColumns(tokens)
    inside = {
        name: _embedded(F.col(f"`{name}`"), F.col(f"`{present[0]}`"), F.col(f"`_token_{present[0]}`"))
        for name in embedding
        if name in rows.columns
    }
    replaced = {name: F.col(f"`_token_{name}`") for name in present}
    return known.withColumns(inside).withColumns(replaced).drop(*tokens)


def _tokenizer(key: TokenKey) -> Callable[[pa.Array], pa.Array]:
    # Rows of one member lie together, so each batch has few distinct identifiers.
    def tokenize(identifiers: pa.Array) -> pa.Array:
        coded = pc.dictionary_encode(identifiers)
        tokens = pa.array(
            [None if name is None else key.token(name) for name in coded.dictionary.to_pylist()], "string"
        )
        return tokens.take(coded.indices)

    return tokenize


def _embedded(text: Column, member: Column, token: Column) -> Column:
    # The identifier is quoted as a literal pattern: it may hold characters of a regular expression.
    literal = F.replace(member, F.lit(r"\E"), F.lit(r"\E\\E\Q"))
    quoted = F.concat(F.lit(r"(?<![0-9A-Za-z])\Q"), literal, F.lit(r"\E(?![0-9A-Za-z])"))
    return F.when(member.isNull() | text.isNull(), text).otherwise(F.regexp_replace(text, quoted, token))
