from __future__ import annotations

import duckdb
from rich.console import Console

from catalog import TABLES
from jobs.checked import docs_folder
from jobs.options import DEFAULT_LAKE, LakeRoot
from jobs.sql import connect
from jobs.summary_delivery import print_checks, print_delivery, print_rejected
from jobs.summary_models import print_models
from jobs.summary_quotes import print_quotes
from jobs.summary_scores import print_cases, print_claims, print_cost, print_providers
from jobs.text_table import text_console, text_table
from lake import Lake
from models.registry import own_store

_QUERIES = (
    "select fraud_rank, claim_id, paid_amount from scored_claims order by fraud_rank limit 20",
    "select table_name, reason, count(*) from rejected_rows group by all",
)


def summary(lake: LakeRoot = DEFAULT_LAKE) -> None:
    """Say what the lake holds and what was published last: deliveries, checks, models, claims to open, predicted cost.

    Example: underwatch summary --lake var/lake
    """
    store = Lake(lake)
    console = text_console()
    connection = connect(store)
    present = {name for (name,) in connection.sql("select view_name from duckdb_views() where not internal").fetchall()}
    if not present:
        console.print(f"The lake {lake} holds no tables yet. Start with: underwatch run --lake {lake}")
        return
    print_delivery(console, connection, present)
    print_rejected(console, connection, present)
    print_checks(console, connection, present)
    print_models(console, store)
    print_claims(console, connection, present)
    print_providers(console, connection, present)
    print_cases(console, connection, present)
    print_cost(console, connection, present)
    print_quotes(console, connection, present)
    _print_places(console, store, connection, present)


def _print_places(console: Console, lake: Lake, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    text = text_table("Tables", "table", "rows>", "version>", "where", wrap=("where",))
    for name in TABLES:
        if name in present:
            rows = connection.sql(f"select count(*) from {name}").fetchall()[0][0]  # noqa: S608 - a catalog name
            text.add_row(name, f"{rows:,}", str(lake.version(name)), lake.path(name))
    console.print(text)
    docs = docs_folder(lake) / "index.html"
    commands = [
        *[f'underwatch sql --lake {lake.root} "{query}"' for query in _QUERIES],
        f"underwatch export scored_claims --csv scored_claims.csv --lake {lake.root}",
        f"underwatch workbench --lake {lake.root}    # in a browser; the first start prints a one-time password",
        f"underwatch summary --lake {lake.root}",
    ]
    if "member_features" in present:
        commands.append(f"underwatch quote --group ID --market large_group --purpose renewal --lake {lake.root}")
    if docs.exists():
        commands.append(f"xdg-open {docs}    # Data Docs: every check of every table")
    database = own_store(lake.root)
    if database.exists():
        store = f"sqlite:///{database}"
        commands.append(f"mlflow ui --backend-store-uri {store}    # models, metrics, plots; http://127.0.0.1:5000")
    console.print("Open them with (the commands are in .venv/bin):")
    for command in commands:
        console.print(f"  {command}", highlight=False, markup=False, soft_wrap=True)
