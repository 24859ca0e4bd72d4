from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.audit import note
from app.identity_provider import BadProvider, ProviderSettings
from app.parts import GatePart, ModelCard, ModelStore, Parts, QuoteRequest, Settings, Underwriting, open_parts
from catalog.errors import UnderwatchError
from jobs.acting import acting
from jobs.identifiers import Identifiers, identifier_store
from jobs.options import DEFAULT_LAKE, LakeRoot
from lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.registry import RegisteredModel, Registry


class NoHome(UnderwatchError):
    """There is no folder to keep the workbench's accounts and dispositions in."""

    exit_code = 2


def workbench(
    lake: LakeRoot = DEFAULT_LAKE,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on; beyond 127.0.0.1 with --https.")] = "127.0.0.1",
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of accounts and dispositions. Empty: beside the lake, `<lake>.workbench`."),
    ] = None,
    four_eyes: Annotated[
        bool, typer.Option(help="A verdict counts when a lead other than its author has approved it.")
    ] = True,
    idle_minutes: Annotated[int, typer.Option(min=1, help="Minutes without a click that end a session.")] = 30,
    https: Annotated[
        bool, typer.Option("--https", help="It is reached through TLS (a proxy ends it): cookies go over TLS alone.")
    ] = False,
    name: Annotated[list[str] | None, typer.Option("--name", help="Host name it is reached under; repeatable.")] = None,
    identifiers: Identifiers = "",
    oidc_issuer: Annotated[
        str,
        typer.Option(
            envvar="UNDERWATCH_OIDC_ISSUER",
            help="Address of the site's identity provider (OpenID Connect), at which people sign in; "
            "the secret is read from UNDERWATCH_OIDC_CLIENT_SECRET.",
        ),
    ] = "",
    oidc_client_id: Annotated[
        str, typer.Option(envvar="UNDERWATCH_OIDC_CLIENT_ID", help="The workbench's id at the provider.")
    ] = "",
    oidc_role: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=GROUP", help="The group of the provider that gives a role; repeatable."),
    ] = None,
    oidc_groups: Annotated[str, typer.Option(help="The claim in which the provider names groups.")] = "groups",
    oidc_only: Annotated[
        bool, typer.Option("--oidc-only", help="Take no passwords of the workbench's own accounts.")
    ] = False,
    airflow: Annotated[
        str, typer.Option(envvar="UNDERWATCH_AIRFLOW_URL", help="Address of the site's Airflow, to link to its runs.")
    ] = "",
    reset: Annotated[str, typer.Option(help="Give this account a new one-time password, print it and end.")] = "",
) -> None:
    """Open the web workbench on a lake: review queue, quotes, models. The first start prints a one-time password.

    Example: underwatch workbench --lake var/lake
    """
    if host not in ("127.0.0.1", "localhost", "::1") and not https:
        raise NoHome("passwords would cross the network unencrypted: put a TLS proxy before it and give --https")
    if airflow and not airflow.startswith(("http://", "https://")):
        raise typer.BadParameter("an address begins with http:// or https://", param_hint="--airflow")
    settings = Settings(
        airflow=airflow,
        four_eyes=four_eyes,
        idle_minutes=idle_minutes,
        https=https,
        hosts=("127.0.0.1", "localhost", *(name or ())),
        provider=_provider(oidc_issuer, oidc_client_id, oidc_role or [], oidc_groups, oidc_only),
    )
    parts = workbench_parts(lake, settings, home, identifiers)
    if reset:
        fresh = parts.accounts.reset_password(reset)
        note(parts, acting(), "reset_password", f"account {reset}")
        typer.echo(f"One-time password of {reset}: {fresh}")
        return
    once = parts.accounts.first_run()
    if once:
        typer.echo(f"First start. Sign in as admin with the one-time password {once} and change it.")
    typer.echo("reading what was published ...")
    parts.tables.now()
    typer.echo(f"The workbench is at http://{host}:{port} (Ctrl-C ends it).")

    import uvicorn

    from app.web import create_app

    # Addresses name claims, so no access log is written: the audit log says who opened what.
    uvicorn.run(create_app(parts), host=host, port=port, access_log=False, log_level="warning", server_header=False)


def _provider(issuer: str, client_id: str, roles: list[str], groups_claim: str, alone: bool) -> ProviderSettings | None:
    """The identity provider that was named, if one was. Raises BadProvider where what goes with it lacks."""
    if not issuer:
        if roles or alone:
            raise BadProvider("--oidc-issuer lacks: the address of the identity provider")
        return None
    secret = os.environ.get("UNDERWATCH_OIDC_CLIENT_SECRET", "")
    return ProviderSettings.checked(issuer, client_id, secret, roles, groups_claim, alone)


def workbench_parts(lake: str, settings: Settings, home: Path | None = None, identifiers: str = "") -> Parts:
    """The workbench's parts on a lake, with the calls that answer quotes and describe models handed in."""
    store = Lake(lake)
    # A lake in an object store has no place of identifiers beside it: where none is named, there is no break-glass.
    kept = None if "://" in lake and not identifiers else identifier_store(lake, identifiers)
    return open_parts(store, home_of(store, home), settings, _underwriting(store), _model_store(store), kept)


def home_of(lake: Lake, home: Path | None = None) -> Path:
    """Where a lake's workbench keeps its own files. Raises NoHome where the lake has no folder to be beside."""
    if home is None and "://" in lake.root:
        raise NoHome("a lake in an object store needs --home, a folder for accounts and dispositions")
    return home or Path(f"{lake.root}.workbench")


def _underwriting(lake: Lake) -> Underwriting:
    from models.underwriting.uses import MARKETS, PURPOSES

    return Underwriting(
        answer=_answer(lake), notice=_notice, notice_pdf=_notice_pdf, markets=MARKETS, purposes=PURPOSES
    )


def _answer(lake: Lake) -> Callable[[QuoteRequest], tuple[dict[str, Any], list[dict[str, Any]]]]:
    def answer(asked: QuoteRequest) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        # What answers costs seconds to import: only who asks waits for it.
        from jobs.quote_answer import Request, answer_request
        from jobs.quote_members import members_of
        from jobs.quote_tables import last_day

        members = None
        if asked.members_csv:
            members = members_of(io.StringIO(_text(asked.members_csv)), "the list", lake.root)
        request = Request(
            market=asked.market,
            purpose=asked.purpose,
            jurisdiction=asked.jurisdiction,
            as_of=asked.as_of or last_day(lake),
            requested_by=asked.requested_by,
            group_id=asked.group_id or None,
            members=members,
        )
        answered = answer_request(lake, request)
        return answered.quote, answered.members

    return answer


def _text(content: bytes) -> str:
    from catalog.errors import BadDelivery

    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadDelivery("the list is no text file in UTF-8; save it as CSV") from None


def _notice(notice: str) -> str:
    from models.underwriting.adverse import page

    return page(json.loads(notice))


def _notice_pdf(notice: str) -> bytes:
    from models.underwriting.adverse_pdf import pdf

    return pdf(json.loads(notice))


_PLOTS = {
    "precision_recall.png": "Precision and recall",
    "calibration.png": "Probability said and share confirmed",
    "deciles.png": "Cost expected and actual, by tenth of members",
    "predicted_actual.png": "Cost expected and actual, member by member",
    "completion.png": "How much of a month's cost is known after so many months",
}
"""Plots of the runs that train (jobs/train_fraud.py, jobs/train_risk.py), and what they show."""


def _model_store(lake: Lake) -> ModelStore:
    def cards() -> list[ModelCard]:
        from jobs.summary_models import MODELS
        from models.registry import CHALLENGER, CHAMPION, Registry, has_store

        if not has_store(lake.root):
            return []
        registry, found = Registry(lake.root), []
        for name in MODELS:
            versions = {one.version: one for alias in (CHAMPION, CHALLENGER) if (one := registry.aliased(name, alias))}
            newest = registry.newest(name)
            if newest is not None:
                versions.setdefault(newest.version, newest)
            found += [_card(registry, model) for model in versions.values()]
        return found

    def plot(name: str, version: str, file: str) -> bytes:
        from catalog.errors import ModelUnavailable
        from jobs.summary_models import MODELS
        from models.registry import Registry

        if name not in MODELS or file not in _PLOTS:
            raise ModelUnavailable("the page of models shows no such plot")
        registry = Registry(lake.root)
        return registry.content(registry.version(name, version), file)

    return ModelStore(cards, plot)


def _card(registry: Registry, model: RegisteredModel) -> ModelCard:
    from jobs.summary_models import measured
    from models.gate import FILE, Gate
    from models.registry import VERDICT
    from models.risk.names import GRAPH_MODEL

    words, metrics = measured(model)
    # The graph is trained in the run of the cost model that it challenges, whose gate and plots those are.
    files = [] if model.name == GRAPH_MODEL else registry.files(model)
    gate = Gate.from_json(registry.text(model, FILE)) if FILE in files else None
    return ModelCard(
        model.name,
        model.version,
        ", ".join(model.aliases),
        words,
        metrics.splitlines(),
        model.tags.get(VERDICT, ""),
        [GatePart(part.name, part.status, part.why) for part in gate.parts] if gate else [],
        {file: shows for file, shows in _PLOTS.items() if file in files},
        registry.page(model),
    )
