"""The answer to one request for a quote, and what is kept of it: what the command, the DAGs and other programs call."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from catalog.errors import ModelUnavailable, UnderwatchError
from features.months import months_from
from jobs.acting import acting
from jobs.quote_tables import Serving, members_on, serving
from lake import AuditLog, Lake
from models.risk.names import model_name
from models.underwriting.adverse import Notice, principal_reasons
from models.underwriting.census import KNOWN, NO_HISTORY, UNKNOWN, census
from models.underwriting.quote import NO_EXPERIENCE, price
from models.underwriting.uses import SHIPPED, BadPolicy, Rule, read_policy, rule_for

ADVERSE_ABOVE = 1.5
BOOK_MARKETS = {"self_funded": "self_funded_stop_loss"}
"""Market of the book (eligibility) -> market of a quote, where they have two names."""
LEAST_GROUP = 20
"""Members known to the lake below which a group's price would be a price of persons (by judgement)."""
PERMITTED, REFUSED, FAILED = "permitted", "refused", "failed"

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,199}")
_CLAIMS_BACK = -24
"""Months that features look back: twelve, and the twelve before for the cost of the year before."""


class BadRequest(UnderwatchError):
    """The request for a quote lacks something or contradicts itself."""

    exit_code = 2


Publish = Callable[[Lake, "Answer"], None]
"""Lets readers see an answer, or raises."""


@dataclass(frozen=True)
class Request:
    """What is asked. Either `group_id` or `members` (row_number, member_id as token, optionally age and sex_male)."""

    market: str
    purpose: str
    jurisdiction: str
    as_of: date
    requested_by: str
    group_id: str | None = None
    members: pd.DataFrame | None = None
    request_id: str = ""
    adverse_above: float = ADVERSE_ABOVE
    policy: Path = SHIPPED
    seed: int = 1


@dataclass(frozen=True)
class Answer:
    """`quote` is the row of underwriting_quotes, `members` are the rows of underwriting_members (none where members may
    not be told apart)."""

    quote: dict[str, Any]
    members: list[dict[str, Any]]

    @property
    def refused(self) -> str:
        return str(self.quote["refused_reason"] or "")

    @property
    def request_id(self) -> str:
        return str(self.quote["request_id"])

    @property
    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Rows by table, in the order to keep them in: where the quote is, the rest is too."""
        return {"underwriting_members": self.members, "underwriting_quotes": [self.quote]}


def publish_unchecked(lake: Lake, answer: Answer) -> None:
    """Keep an answer at once, where someone waits for it: Spark's start, to check it, takes ten times as long."""
    for table, rows in answer.tables.items():
        lake.write_rows(rows, table, answer.request_id, run="quote")


def answer_request(lake: Lake, request: Request, publish: Publish = publish_unchecked) -> Answer:
    """Answer a request and keep it: first the attempt in underwriting_requests, then members, then the quote itself.

    Raises BadRequest, MissingTable and ModelUnavailable, and what `publish` does. The attempt is kept even then, unless
    it is a request that cannot be read at all: a policy file that is none, or a name that is none.
    """
    rule, request_id = _rule(request), request.request_id or f"q-{uuid.uuid4().hex[:12]}"
    if not _REQUEST_ID.fullmatch(request_id):
        raise BadRequest(
            "a request id has letters, digits and . _ : + - only, at most 200, and starts with neither sign"
        )
    head: dict[str, Any] = {
        "request_id": request_id,
        "requested_by": request.requested_by,
        "requested_at": datetime.now(UTC),
        "market": request.market,
        "purpose": request.purpose,
        "jurisdiction": request.jurisdiction,
        "as_of": request.as_of,
        "group_id": request.group_id,
    }
    covered, served = pd.DataFrame({"member_id": pd.Series(dtype=str)}), None
    try:
        covered = _census(lake, request)
        refused = str(rule) if not rule.permitted else _too_few(covered, rule) or _of_other_markets(covered, request)
        served = None if refused else _serving(lake, rule, request.as_of)
    except UnderwatchError as error:
        _keep_attempt(lake, head, covered, request.policy, FAILED, f"{type(error).__name__}: {error}")
        raise
    head["member_count"] = len(covered)
    counts = covered["status"].value_counts()
    told = {
        "unknown_member_count": int(counts.get(UNKNOWN, 0)),
        "no_history_member_count": int(counts.get(NO_HISTORY, 0)),
        "refused_reason": refused or None,
        "scored_at": head["requested_at"],
    }
    if served is None:
        _keep_attempt(lake, head, covered, request.policy, REFUSED, refused)
        none = {"reasons": [], "model_name": "none", "model_version": "none", "run_id": "none"}
        answer = Answer(head | told | none, [])
    else:
        _keep_attempt(lake, head, covered, request.policy, PERMITTED, str(rule), rule.features, served)
        answer = _answered(request, rule, covered, served, head | told)
    publish(lake, answer)
    return answer


def _rule(request: Request) -> Rule:
    try:
        rules = read_policy(request.policy)
    except BadPolicy as error:
        raise BadRequest(str(error)) from error
    return rule_for(rules, request.market, request.purpose, request.jurisdiction, request.as_of)


def _serving(lake: Lake, rule: Rule, day: date) -> Serving:
    try:
        return serving(lake, model_name(rule.left_out), day)
    except ModelUnavailable as error:
        raise ModelUnavailable(f"{error}{_train_hint(rule)}") from error


def _answered(request: Request, rule: Rule, covered: pd.DataFrame, served: Serving, head: dict[str, Any]) -> Answer:
    experience = NO_EXPERIENCE
    if request.group_id is not None and "claims_history" in rule.fields:
        experience = served.experience[served.experience["group_id"] == request.group_id]
    priced = price(rule, covered, served.model, served.book, experience, request.seed)
    version = served.version
    lineage = {"model_name": version.name, "model_version": version.version, "run_id": version.run_id}
    row = _with_notice(head | priced.row | lineage, "group", request, rule, served)
    if not rule.by_member:
        return Answer(row, [])
    same = {name: head[name] for name in ("request_id", "scored_at")} | lineage
    rows = [
        {**same, **who, **said}
        for who, said in zip(
            covered[["row_number", "member_id", "status"]].to_dict("records"), priced.member_rows, strict=True
        )
    ]
    known = [_with_notice(one, "member", request, rule, served) if one["status"] == KNOWN else one for one in rows]
    return Answer(row, known)


def _with_notice(row: dict[str, Any], subject: str, request: Request, rule: Rule, served: Serving) -> dict[str, Any]:
    """The row with the notice of an adverse decision, where it is one. Managing care is none."""
    if request.purpose == "care_management" or row["relative_risk"] <= request.adverse_above:
        return row
    sources = [f"Coverage and months of coverage known on {request.as_of}"]
    if "claims_history" in rule.fields:
        start = months_from(request.as_of, _CLAIMS_BACK)
        sources.append(f"Medical and pharmacy claims with service dates after {start}, known on {request.as_of}")
    notice = Notice(
        request_id=row["request_id"],
        subject=subject,
        decided_on=str(request.as_of),
        relative_risk=round(float(row["relative_risk"]), 4),
        principal_reasons=principal_reasons(row["reasons"]),
        sources=tuple(sources),
        model=f"{served.version}, MLflow run {served.version.run_id}",
        rule=str(rule),
    )
    return {**row, "adverse_notice": json.dumps(notice.as_dict())}


def _census(lake: Lake, request: Request) -> pd.DataFrame:
    """Raises BadRequest for nobody: a group the lake does not know on that day, or an empty list."""
    if request.members is not None:
        if not len(request.members):
            raise BadRequest("the list names no member")
        ids = request.members["member_id"].tolist()
        return census(request.members, members_on(lake, request.as_of, member_ids=ids))
    found = members_on(lake, request.as_of, group_id=request.group_id).sort_values("member_id")
    if not len(found):
        raise BadRequest(
            f"no member of group {request.group_id} is covered on {request.as_of}; groups and their markets stand in "
            "group_id and market of member_features (underwatch sql)"
        )
    asked = pd.DataFrame({"row_number": range(1, len(found) + 1), "member_id": found["member_id"].to_numpy()})
    return census(asked, found)


def _too_few(covered: pd.DataFrame, rule: Rule) -> str:
    """Why a group that is priced as a whole is too small for it. Strangers do not count: they would hide one member."""
    known = int((covered["status"] != UNKNOWN).sum())
    if rule.by_member or not 0 < known < LEAST_GROUP:
        return ""
    return (
        f"This use prices a group as a whole, and the lake knows {known} of these members: with fewer than "
        f"{LEAST_GROUP} it would be a price of persons. {rule}"
    )


def _of_other_markets(covered: pd.DataFrame, request: Request) -> str:
    """Why members may not be quoted in a market: the lake knows them covered in another, whose rules hold."""
    markets = covered.loc[covered["status"] != UNKNOWN, "market"].replace(BOOK_MARKETS)
    others = markets[markets != request.market].value_counts()
    if not len(others):
        return ""
    told = ", ".join(f"{count:,} in {name}" for name, count in others.items())
    return f"Members are covered in another market than {request.market}, whose rules hold for them: {told}"


def _keep_attempt(
    lake: Lake,
    head: dict[str, Any],
    covered: pd.DataFrame,
    policy: Path,
    verdict: str,
    rule: str,
    features: tuple[str, ...] = (),
    served: Serving | None = None,
) -> None:
    attempt = {
        **head,
        "attempt_id": uuid.uuid4().hex,
        "member_count": len(covered),
        "members_digest": hashlib.sha256("\n".join(covered["member_id"]).encode()).hexdigest(),
        "verdict": verdict,
        "rule": rule,
        "policy": hashlib.sha256(policy.read_bytes()).hexdigest(),
        "features_read": list(features),
        "model_name": served.version.name if served else None,
        "model_version": served.version.version if served else None,
    }
    lake.write_rows([attempt], "underwriting_requests", str(attempt["attempt_id"]), run="quote")
    told = ("attempt_id", "market", "purpose", "jurisdiction", "as_of", "verdict", "model_name", "model_version")
    details = {name: attempt[name] for name in told} | {"run_by": acting()}
    log = AuditLog(lake.root)
    log.append(actor=head["requested_by"], action="quote", subject=head["request_id"], details=details)


def _train_hint(rule: Rule) -> str:
    if not rule.left_out:
        return ""
    few = len(rule.features) < len(rule.left_out)
    option = "only" if few else "without"
    names = ",".join(rule.features if few else sorted(rule.left_out)) or "book"
    fields = ", ".join(sorted(rule.fields))
    return f". This use may read {fields} alone: run `underwatch train-risk --{option} {names}`"
