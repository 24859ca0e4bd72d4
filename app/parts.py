"""What a running workbench is made of: the lake it shows, its own stores, and the calls that the command hands in.

The workbench sees the lake and the catalog. How a quote is answered and what the model registry says is handed in by
the command that starts it (jobs/workbench.py), as the functions described here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.accounts import Accounts
from app.api.tokens import Tokens
from app.attachments import Attachments
from app.break_glass import BreakGlass
from app.database import open_database, session_key
from app.dispositions import Dispositions
from app.identity_provider import IdentityProvider, ProviderSettings
from app.rate_limit import RateLimit
from app.saved_views import SavedViews
from app.snapshot import Tables
from catalog.errors import ModelUnavailable
from lake import Lake
from lake.audit_log import AuditLog
from lake.identifiers import IdentifierStore


@dataclass(frozen=True)
class QuoteRequest:
    """What an underwriter asks. Either `group_id` or `members_csv` (the bytes of a CSV file with member_id)."""

    market: str
    purpose: str
    jurisdiction: str
    requested_by: str
    group_id: str = ""
    members_csv: bytes = b""
    as_of: date | None = None


@dataclass(frozen=True)
class Underwriting:
    """`answer` gives the row of underwriting_quotes and the rows of underwriting_members; it raises UnderwatchError.

    `notice` makes the printable page of an adverse_notice (JSON), `notice_pdf` the same text as a PDF."""

    answer: Callable[[QuoteRequest], tuple[dict[str, Any], list[dict[str, Any]]]]
    notice: Callable[[str], str]
    notice_pdf: Callable[[str], bytes]
    markets: Sequence[str]
    purposes: Sequence[str]


@dataclass(frozen=True)
class GatePart:
    """One question that stood between a version and scoring: passed, warned or refused, and why in a sentence."""

    name: str
    status: str
    why: str


@dataclass(frozen=True)
class ModelCard:
    """One registered version. `metrics` are lines of words and figures, `verdict` why it was promoted or not, `plots`
    the files of its plots with what they show, `address` its page in MLflow where that is a server."""

    name: str
    version: str
    alias: str
    measured_on: str
    metrics: Sequence[str]
    verdict: str
    gate: Sequence[GatePart] = ()
    plots: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


def no_plot(_name: str, _version: str, _file: str) -> bytes:
    """Of a workbench without a model store. Raises ModelUnavailable."""
    raise ModelUnavailable("no model was trained yet")


@dataclass(frozen=True)
class ModelStore:
    """What the model registry says. `plot` gives a plot (PNG) of a version by name, version and file; it raises
    ModelUnavailable where there is none."""

    cards: Callable[[], Sequence[ModelCard]] = tuple
    plot: Callable[[str, str, str], bytes] = no_plot


@dataclass(frozen=True)
class Settings:
    """How the workbench behaves. `https`: it is reached through TLS, so cookies are sent over it alone. `airflow`: the
    site's Airflow, as browsers reach it; empty where it has none that lasts.

    `api_questions`: of one account in a minute. `wrong_tokens`: of one address in five minutes. `disclosures`: of
    members' identifiers to one account in an hour."""

    four_eyes: bool = True
    idle_minutes: int = 30
    longest_hours: int = 10
    https: bool = False
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    provider: ProviderSettings | None = None
    disclosures: int = 20
    export_rows: int = 100_000
    api_questions: int = 240
    wrong_tokens: int = 20
    airflow: str = ""


@dataclass(frozen=True)
class Parts:
    lake: Lake
    home: Path
    settings: Settings
    underwriting: Underwriting | None
    models: ModelStore
    engine: Engine
    accounts: Accounts
    dispositions: Dispositions
    attachments: Attachments
    views: SavedViews
    tables: Tables
    audit_log: AuditLog
    tokens: Tokens
    api_questions: RateLimit
    wrong_tokens: RateLimit
    break_glass: BreakGlass
    disclosures: RateLimit
    identity_provider: IdentityProvider | None
    key: str = field(repr=False)
    sign_ins: RateLimit = field(default_factory=lambda: RateLimit(most=5, seconds=300))

    def close(self) -> None:
        """Lets go of the lake and the database."""
        self.tables.close()
        self.engine.dispose()


def open_parts(
    lake: Lake,
    home: Path,
    settings: Settings,
    underwriting: Underwriting | None = None,
    models: ModelStore | None = None,
    identifiers: IdentifierStore | None = None,
) -> Parts:
    """The parts of a workbench on `lake`, whose own files are in the folder `home`; `identifiers` for break-glass."""
    engine = open_database(home)
    return Parts(
        lake=lake,
        home=home,
        settings=settings,
        underwriting=underwriting,
        models=models or ModelStore(),
        engine=engine,
        accounts=Accounts(engine),
        dispositions=Dispositions(engine, settings.four_eyes),
        attachments=Attachments(engine, home / "attachments"),
        views=SavedViews(engine),
        tables=Tables(lake),
        audit_log=AuditLog(lake.root),
        tokens=Tokens(engine),
        api_questions=RateLimit(most=settings.api_questions, seconds=60),
        wrong_tokens=RateLimit(most=settings.wrong_tokens, seconds=300),
        break_glass=BreakGlass(engine, identifiers),
        disclosures=RateLimit(most=settings.disclosures, seconds=3600),
        identity_provider=IdentityProvider(settings.provider) if settings.provider else None,
        key=session_key(home),
    )
