"""Accounts and their passwords. No password has a default: each begins as a random one that must be changed."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Engine, Insert, and_, select, update
from sqlalchemy.exc import IntegrityError

from app.access import ROLES, Role
from app.database import accounts, api_tokens, identities, utc_now
from catalog.errors import UnderwatchError

if TYPE_CHECKING:
    from app.identity_provider import Identity

LEAST_LENGTH = 12
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
_ACCOUNTS = select(accounts, identities.c.vouched_at).outerjoin(identities)


class BadAccount(UnderwatchError):
    """An account cannot be made or changed as asked; the message says why."""

    exit_code = 2


@dataclass(frozen=True)
class Account:
    """`vouched_at`: when its identity provider last said who it is; None of an account with a password here."""

    name: str
    role: Role
    must_change: bool
    locked: bool
    epoch: int
    vouched_at: datetime | None = None


class Accounts:
    """The accounts of one workbench."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hasher = PasswordHasher()
        # Verified where the name is unknown, so that the time of an answer does not tell which names exist.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def all(self) -> list[Account]:
        with self._engine.connect() as connection:
            return [_account(row._mapping) for row in connection.execute(_ACCOUNTS.order_by(accounts.c.name))]

    def find(self, name: str) -> Account | None:
        with self._engine.connect() as connection:
            row = connection.execute(_ACCOUNTS.where(accounts.c.name == name)).first()
        return _account(row._mapping) if row else None

    def create(self, name: str, role: str) -> str:
        """A new account; returns its one-time password. Raises BadAccount."""
        if not _NAME.fullmatch(name):
            raise BadAccount("a name has 2 to 64 lower-case letters, digits and . _ -, and starts with a letter")
        _check_role(role)
        once = _one_time_password()
        try:
            with self._engine.begin() as connection:
                connection.execute(self._new(name, role, once, must_change=True))
        except IntegrityError:
            raise BadAccount(f"there is an account {name} already") from None
        return once

    def enter(self, identity: Identity) -> Account:
        """The account of whom an identity provider vouched for, made where there is none, in the role it gives.

        Raises BadAccount where the account is locked here, or its name is another's."""
        same = and_(identities.c.issuer == identity.issuer, identities.c.subject == identity.subject)
        with self._engine.connect() as connection:
            name = connection.execute(select(identities.c.account).where(same)).scalar()
        if name is None:
            name = self._admit(identity)
        else:
            found = self._require(name)
            if found.locked:
                raise BadAccount("your account is locked here; ask who keeps the accounts")
            if found.role != identity.role:
                self.change(name, identity.role, locked=False)
            with self._engine.begin() as connection:
                connection.execute(update(identities).where(same).values(vouched_at=utc_now()))
        return self._require(name)

    def _admit(self, identity: Identity) -> str:
        name = re.sub(r"[^a-z0-9._-]", "-", identity.name.lower())[:64]
        if not _NAME.fullmatch(name):
            raise BadAccount("the identity provider gives a name that no account can bear; it starts with a letter")
        known = {"issuer": identity.issuer, "subject": identity.subject, "account": name, "vouched_at": utc_now()}
        try:
            with self._engine.begin() as connection:
                # Nobody knows this password: the account opens at its provider alone.
                connection.execute(self._new(name, identity.role, secrets.token_urlsafe(32), must_change=False))
                connection.execute(identities.insert().values(**known))
        except IntegrityError:
            # Whoever may choose a name at the provider must not take over the account that bears it here.
            raise BadAccount(f"the account {name} is another's here; ask who keeps the accounts") from None
        return name

    def _new(self, name: str, role: str, password: str, must_change: bool) -> Insert:
        return accounts.insert().values(
            name=name,
            role=role,
            password_hash=self._hasher.hash(password),
            must_change=int(must_change),
            locked=0,
            epoch=1,
            created_at=utc_now(),
        )

    def first_run(self) -> str | None:
        """Where there is no account: makes `admin` and returns its one-time password."""
        return None if self.all() else self.create("admin", "admin")

    def sign_in(self, name: str, password: str) -> Account | None:
        """The account, where name and password fit and it is not locked."""
        with self._engine.connect() as connection:
            row = connection.execute(_ACCOUNTS.where(accounts.c.name == name)).first()
        stored = row._mapping["password_hash"] if row else self._nobody
        try:
            self._hasher.verify(stored, password)
        except VerificationError:
            return None
        return None if row is None or row._mapping["locked"] else _account(row._mapping)

    def change_password(self, account: Account, old: str, new: str) -> Account:
        """The account with its new password; its other sessions are over. Raises BadAccount."""
        if account.vouched_at:
            raise BadAccount("your identity provider keeps your password; change it there")
        if self.sign_in(account.name, old) is None:
            raise BadAccount("the present password is not right")
        if len(new) < LEAST_LENGTH:
            raise BadAccount(f"the new password needs at least {LEAST_LENGTH} characters")
        if new == old or account.name in new.lower():
            raise BadAccount("the new password must differ from the present one and not hold the account's name")
        self._set(account.name, password_hash=self._hasher.hash(new), must_change=0)
        self._end_tokens(account.name)
        return self._require(account.name)

    def reset_password(self, name: str) -> str:
        """A new one-time password; raises BadAccount where there is no such account."""
        if self._require(name).vouched_at:
            raise BadAccount(f"{name} signs in at the identity provider, which keeps its password")
        once = _one_time_password()
        self._set(name, password_hash=self._hasher.hash(once), must_change=1)
        self._end_tokens(name)
        return once

    def end_sessions(self, name: str) -> None:
        """End the account's sessions in every browser: a session is a signed cookie, so one alone cannot be ended."""
        self._set(name)

    def change(self, name: str, role: str, locked: bool) -> None:
        """Another role, locked or open. Raises BadAccount, also where no open admin would be left."""
        _check_role(role)
        self._require(name)
        others = [one for one in self.all() if one.role == "admin" and not one.locked and one.name != name]
        if not others and (role != "admin" or locked):
            raise BadAccount("this is the last open account of an admin; make another one first")
        self._set(name, role=role, locked=int(locked))

    def _end_tokens(self, name: str) -> None:
        """Whoever changes a password may fear that it was known: what was made with it ends too."""
        own = api_tokens.c
        ended = update(api_tokens).where(own.account == name, own.ended_at.is_(None))
        with self._engine.begin() as connection:
            connection.execute(ended.values(ended_at=utc_now()))

    def _require(self, name: str) -> Account:
        found = self.find(name)
        if found is None:
            raise BadAccount(f"there is no account {name}")
        return found

    def _set(self, name: str, **values: object) -> None:
        with self._engine.begin() as connection:
            changed = update(accounts).where(accounts.c.name == name).values(epoch=accounts.c.epoch + 1, **values)
            connection.execute(changed)


def _account(row: object) -> Account:
    found: dict[str, object] = dict(row)  # type: ignore[call-overload]
    return Account(
        name=str(found["name"]),
        role=found["role"],  # type: ignore[arg-type]
        must_change=bool(found["must_change"]),
        locked=bool(found["locked"]),
        epoch=int(str(found["epoch"])),
        vouched_at=found["vouched_at"],  # type: ignore[arg-type]
    )


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise BadAccount(f"roles are {', '.join(ROLES)}")


def _one_time_password() -> str:
    return secrets.token_urlsafe(15)
