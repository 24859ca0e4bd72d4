"""Filters and orders of a queue that an account keeps under a name."""

from __future__ import annotations

from sqlalchemy import Engine, delete, select

from app.database import saved_views
from catalog.errors import UnderwatchError

MOST = 30


class BadView(UnderwatchError):
    """A view cannot be kept as asked; the message says why."""

    exit_code = 2


class SavedViews:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, account: str, kind: str) -> dict[str, str]:
        """Name -> filters as parameters of an address, by name."""
        own = saved_views.c
        query = select(own.name, own.filters).where(own.account == account, own.kind == kind).order_by(own.name)
        with self._engine.connect() as connection:
            return {row.name: row.filters for row in connection.execute(query)}

    def keep(self, account: str, kind: str, name: str, filters: str) -> None:
        """Keeps the view; one of the same name is replaced. Raises BadView."""
        name = " ".join(name.split())
        if not 0 < len(name) <= 60:
            raise BadView("a view needs a name of at most 60 characters")
        if len(self.of(account, kind)) >= MOST and name not in self.of(account, kind):
            raise BadView(f"{MOST} views are kept already; remove one first")
        row = {"account": account, "kind": kind, "name": name, "filters": filters}
        self.remove(account, kind, name)
        with self._engine.begin() as connection:
            connection.execute(saved_views.insert().values(**row))

    def remove(self, account: str, kind: str, name: str) -> None:
        own = saved_views.c
        with self._engine.begin() as connection:
            connection.execute(delete(saved_views).where(own.account == account, own.kind == kind, own.name == name))
