"""Personal tokens of the API: made and ended by their owner, shown once, kept as a hash, good until a day."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update

from app.database import api_tokens, utc_now
from catalog.errors import UnderwatchError

LONGEST_DAYS, USUAL_DAYS = 365, 90
MOST = 20
_START = "uwt_"


class BadToken(UnderwatchError):
    """A token cannot be made as asked; the message says why."""

    exit_code = 2


@dataclass(frozen=True)
class Token:
    """What is kept of a token; the token itself is not."""

    number: int
    account: str
    name: str
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    used_on: str | None

    def good(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


class Tokens:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, account: str, name: str, days: int) -> str:
        """A new token of the account, which is told here and never again. Raises BadToken."""
        name = " ".join(name.split())
        if not 0 < len(name) <= 60:
            raise BadToken("say in at most 60 characters what the token is for")
        if not 1 <= days <= LONGEST_DAYS:
            raise BadToken(f"a token is good for 1 to {LONGEST_DAYS} days")
        now = utc_now()
        if sum(one.good(now) for one in self.of(account)) >= MOST:
            raise BadToken(f"{MOST} tokens are in use already; end one first")
        # 256 random bits cannot be guessed, so a fast hash keeps them: a slow one would only slow each question.
        told = f"{_START}{secrets.token_urlsafe(32)}"
        row = {"account": account, "name": name, "token_hash": _hash(told), "made_at": now}
        with self._engine.begin() as connection:
            connection.execute(api_tokens.insert().values(**row, expires_at=now + timedelta(days=days)))
        return told

    def of(self, account: str) -> list[Token]:
        """All tokens that an account ever had, newest first."""
        query = select(api_tokens).where(api_tokens.c.account == account).order_by(api_tokens.c.id.desc())
        with self._engine.connect() as connection:
            return [_token(row) for row in connection.execute(query)]

    def end(self, account: str, number: int) -> bool:
        """Ends a token of the account for good; whether it had one of that number that was not ended."""
        own = api_tokens.c
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(api_tokens)
                .where(own.account == account, own.id == number, own.ended_at.is_(None))
                .values(ended_at=utc_now())
            )
        return changed.rowcount == 1

    def owner(self, told: str) -> Token | None:
        """The token that was told, where it is good; the day of its use is noted."""
        query = select(api_tokens).where(api_tokens.c.token_hash == _hash(told))
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        found, now = (_token(row) if row else None), utc_now()
        if found is None or not found.good(now):
            return None
        if found.used_on != now.date().isoformat():
            with self._engine.begin() as connection:
                noted = update(api_tokens).where(api_tokens.c.id == found.number)
                connection.execute(noted.values(used_on=now.date().isoformat()))
        return found


def _token(row: object) -> Token:
    found = row._mapping  # type: ignore[attr-defined]
    told = {name: found[name] for name in ("account", "name", "made_at", "expires_at", "ended_at", "used_on")}
    return Token(number=found["id"], **told)


def _hash(told: str) -> str:
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
