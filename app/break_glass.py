"""Break-glass: who the member of a claim is, told to a person who says why, and kept for the auditor to read."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, select

from app.accounts import Account, Accounts
from app.database import identity_disclosures, utc_now
from catalog.errors import UnderwatchError
from lake.identifiers import IdentifierStore

FRESH_MINUTES = 15
"""An account of an identity provider has no password here: its sign-in must be as young as this."""


class NotDisclosed(UnderwatchError):
    """A member's identifiers are not told; the message says what lacks."""

    exit_code = 2


class WrongPassword(NotDisclosed):
    """The person at the browser does not know the password of its session's account."""


class BreakGlass:
    """`store` is None where the site named no place of identifiers."""

    def __init__(self, engine: Engine, store: IdentifierStore | None) -> None:
        self._engine, self._store = engine, store

    @property
    def available(self) -> bool:
        return self._store is not None and self._store.keeps_any()

    def check(self, accounts: Accounts, account: Account, password: str, since: float, reason: str) -> None:
        """Raises NotDisclosed where the reason lacks, or the person at the browser has not shown again who it is."""
        if not 10 <= len(reason) <= 500:
            raise NotDisclosed("say in 10 to 500 characters, without names, what you need the member's identity for")
        if account.vouched_at:
            if time.time() - since > FRESH_MINUTES * 60:
                raise NotDisclosed(f"your sign-in is older than {FRESH_MINUTES} minutes: sign out, and in again")
        elif accounts.sign_in(account.name, password) is None:
            raise WrongPassword("the password is not right")

    def disclose(self, account: Account, claim_id: str, token: str, reason: str) -> list[dict[str, str]]:
        """All that is kept about the member of the token: kind, value, source, batch_id. It is noted before it is read,
        here for the auditor and beside the identifiers. Raises NotDisclosed where nothing is kept."""
        if self._store is None:
            raise NotDisclosed("no identifiers are kept for this lake")
        row = {"account": account.name, "claim_id": claim_id, "reason": reason, "at": utc_now()}
        with self._engine.begin() as connection:
            connection.execute(identity_disclosures.insert().values(**row))
        self._store.note_lookup(account.name, token)
        found = self._store.of(token)
        if not found:
            raise NotDisclosed("no identifiers of this member are kept: its batch was read without --keep-identifiers")
        return found

    def newest(self, most: int = 200) -> list[dict[str, Any]]:
        """The last disclosures, newest first: account, claim_id, reason, at. Members are not named."""
        query = select(identity_disclosures).order_by(identity_disclosures.c.id.desc()).limit(most)
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]
