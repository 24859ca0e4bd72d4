"""What reviewers decided. Nothing is changed or removed: a later decision stands beside the earlier one and counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, and_, select
from sqlalchemy.exc import IntegrityError

from app.attachments import Kept
from app.database import assignments, attachments, dispositions, second_looks, set_asides, utc_now
from catalog.errors import UnderwatchError

OUTCOMES = {
    "confirmed": "Confirmed: fraud, waste or abuse was found",
    "unfounded": "Unfounded: the billing is right",
    "needs_records": "Needs records: not decided yet",
}
SELECTIONS = {
    "rule": "Ranking of Underwatch",
    "tip": "Tip",
    "referral": "Referral",
    "random": "Random control sample",
}
"""Why it was reviewed, in the words of investigations.selection."""
STATUSES = {
    "open": "Open",
    "assigned": "Assigned",
    "set_aside": "Set aside",
    "needs_records": "Needs records",
    "second_look": "Awaits second look",
    "returned": "Returned",
    "confirmed": "Confirmed",
    "unfounded": "Unfounded",
}
LONGEST_ASIDE = timedelta(days=366)
LABELS = ("confirmed", "unfounded")
DELIVERY_COLUMNS = (
    "investigation_id",
    "target_type",
    "target_id",
    "selection",
    "outcome",
    "scheme",
    "opened_date",
    "decided_date",
    "recovered_amount",
)


class BadDisposition(UnderwatchError):
    """A disposition cannot be recorded as asked; the message says why."""

    exit_code = 2


@dataclass(frozen=True)
class Decision:
    """What a reviewer says. Money in USD; `scheme` only where confirmed."""

    target_type: str
    target_id: str
    as_of: str
    model: str
    fraud_rank: int | None
    outcome: str
    scheme: str
    selection: str
    recovered_amount: Decimal | None
    note: str


class Dispositions:
    """The append-only record. With `four_eyes` a verdict counts when a second person has approved it."""

    def __init__(self, engine: Engine, four_eyes: bool) -> None:
        self._engine, self.four_eyes = engine, four_eyes

    def record(self, decision: Decision, by: str, attached: Sequence[Kept] = ()) -> int:
        """Keeps the decision with its files and returns its number. Raises BadDisposition."""
        check(decision)
        told = {name: value for name, value in vars(decision).items() if name != "recovered_amount"}
        recovered = decision.recovered_amount
        row = {
            **told,
            "recovered_cents": None if recovered is None else round(100 * recovered),
            "scheme": decision.scheme or None,
            "needs_second_look": int(self.four_eyes and decision.outcome in LABELS),
            "recorded_by": by,
            "recorded_at": utc_now(),
        }
        with self._engine.begin() as connection:
            number = int(connection.execute(dispositions.insert().values(**row)).lastrowid)
            for file in attached:
                connection.execute(attachments.insert().values(disposition_id=number, **vars(file)))
        return number

    def look(self, number: int, verdict: str, note: str, by: str) -> None:
        """A second person approves or returns a decision. Raises BadDisposition, also for one's own."""
        found = self.find(number)
        if found is None or not found["needs_second_look"]:
            raise BadDisposition("there is no disposition of this number that awaits a second look")
        if found["recorded_by"] == by:
            raise BadDisposition("a second look is another person's: you recorded this disposition yourself")
        if verdict not in ("approved", "returned"):
            raise BadDisposition("a second look ends with approved or returned")
        if verdict == "returned" and not note.strip():
            raise BadDisposition("say in the note why it is returned")
        row = {"disposition_id": number, "verdict": verdict, "note": note, "looked_by": by, "looked_at": utc_now()}
        try:
            with self._engine.begin() as connection:
                connection.execute(second_looks.insert().values(**row))
        except IntegrityError:
            raise BadDisposition("somebody looked at it already") from None

    def assign(self, target_type: str, target_id: str, to: str | None, by: str) -> None:
        """Says who works on it; None lays it down."""
        row = {"target_type": target_type, "target_id": target_id, "assigned_to": to, "assigned_by": by}
        with self._engine.begin() as connection:
            connection.execute(assignments.insert().values(**row, assigned_at=utc_now()))

    def set_aside(self, target_type: str, target_id: str, until: date, reason: str, by: str) -> None:
        """Keeps a target out of the open queue until the end of a day. Raises BadDisposition."""
        today = utc_now().date()
        if not today <= until <= today + LONGEST_ASIDE:
            raise BadDisposition("a target is set aside until a day from today on, a year ahead at most")
        if not reason.strip() or len(reason) > 1000:
            raise BadDisposition("say in at most 1,000 characters why it is set aside")
        row = {"target_type": target_type, "target_id": target_id, "until": until.isoformat(), "reason": reason.strip()}
        with self._engine.begin() as connection:
            connection.execute(set_asides.insert().values(**row, set_by=by, set_at=utc_now()))

    def aside(self, target_type: str, today: date | None = None) -> dict[str, dict[str, Any]]:
        """Target -> until when, why and by whom it is set aside; what is past its day is no more."""
        day = (today or utc_now().date()).isoformat()
        query = select(set_asides).where(set_asides.c.target_type == target_type).order_by(set_asides.c.id)
        with self._engine.connect() as connection:
            last = {row.target_id: dict(row._mapping) for row in connection.execute(query)}
        return {target: row for target, row in last.items() if row["until"] >= day}

    def find(self, number: int) -> dict[str, Any] | None:
        found = [one for one in self._all() if one["id"] == number]
        return found[0] if found else None

    def of(self, target_type: str, target_id: str) -> list[dict[str, Any]]:
        """All decisions on one target, newest first, each with its status."""
        return self._all(target_type, target_id)[::-1]

    def newest(self, most: int = 500) -> list[dict[str, Any]]:
        """The last decisions on anything, newest first."""
        return self._all()[::-1][:most]

    def awaiting(self) -> list[dict[str, Any]]:
        """Decisions that await a second look, oldest first; one that a later decision replaced awaits none."""
        return [one for one in self._last().values() if one["status"] == "second_look"]

    def assigned(self, target_type: str) -> dict[str, str]:
        """Target -> who works on it."""
        query = select(assignments).where(assignments.c.target_type == target_type).order_by(assignments.c.id)
        with self._engine.connect() as connection:
            rows = [row._mapping for row in connection.execute(query)]
        last = {row["target_id"]: row["assigned_to"] for row in rows}
        return {target: to for target, to in last.items() if to}

    def statuses(self, target_type: str) -> dict[str, str]:
        """Target -> status, of all targets that are not open."""
        taken = dict.fromkeys(self.assigned(target_type), "assigned")
        decided = {target: one["status"] for (kind, target), one in self._last().items() if kind == target_type}
        aside = dict.fromkeys(self.aside(target_type), "set_aside")
        return taken | aside | decided

    def delivery(self) -> str:
        """CSV for the source `dispositions`: the last verdict on each target that counts, whole every time.

        Delivered under the same batch it replaces the former one, as every delivery does.
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, DELIVERY_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for one in self._last(counting=True).values():
            decided: date = (one["looked_at"] or one["recorded_at"]).date()
            writer.writerow(
                {
                    "investigation_id": f"workbench-{one['id']}",
                    "target_type": one["target_type"],
                    "target_id": one["target_id"],
                    "selection": one["selection"],
                    "outcome": one["outcome"],
                    "scheme": one["scheme"] or "",
                    "opened_date": one["recorded_at"].date(),
                    "decided_date": decided,
                    "recovered_amount": "" if one["recovered_amount"] is None else f"{one['recovered_amount']:.2f}",
                }
            )
        return text.getvalue()

    def _last(self, counting: bool = False) -> dict[tuple[str, str], dict[str, Any]]:
        """The last decision on each target; with `counting` the last one that is a label."""
        rows = [one for one in self._all() if not counting or one["status"] in LABELS]
        return {(one["target_type"], one["target_id"]): one for one in rows}

    def _all(self, target_type: str = "", target_id: str = "") -> list[dict[str, Any]]:
        looks = second_looks.c
        query = (
            select(dispositions, looks.verdict, looks.note.label("look_note"), looks.looked_by, looks.looked_at)
            .outerjoin(second_looks)
            .order_by(dispositions.c.id)
        )
        if target_id:
            same = and_(dispositions.c.target_type == target_type, dispositions.c.target_id == target_id)
            query = query.where(same)
        with self._engine.connect() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        return [row | {"status": _status(row), "recovered_amount": _dollars(row["recovered_cents"])} for row in rows]


def _dollars(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def _status(row: dict[str, Any]) -> str:
    if not row["needs_second_look"]:
        return str(row["outcome"])
    if row["verdict"] is None:
        return "second_look"
    return str(row["outcome"]) if row["verdict"] == "approved" else "returned"


def check(decision: Decision) -> None:
    """Raises BadDisposition for what may not be recorded."""
    if decision.target_type not in ("claim", "provider"):
        raise BadDisposition("dispositions are of claims and providers; decide a ring provider by provider")
    if decision.outcome not in OUTCOMES:
        raise BadDisposition("choose an outcome")
    if decision.selection not in SELECTIONS:
        raise BadDisposition("say why it was reviewed")
    if decision.scheme and decision.outcome != "confirmed":
        raise BadDisposition("a scheme goes with a confirmed disposition alone")
    recovered = decision.recovered_amount
    if recovered is not None and decision.outcome != "confirmed":
        raise BadDisposition("a recovered amount goes with a confirmed disposition alone")
    if recovered is not None and not (recovered.is_finite() and 0 <= recovered < Decimal(10) ** 12):
        raise BadDisposition("the recovered amount is a sum of dollars, 0 or more")
    if decision.outcome in LABELS and not decision.note.strip():
        raise BadDisposition("a verdict needs a note that says what was found")
    if len(decision.note) > 4000:
        raise BadDisposition("a note has at most 4,000 characters")
