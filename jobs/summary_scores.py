"""The part of the summary about what was published: claims and providers to open first, and the predicted cost."""

from __future__ import annotations

import duckdb
from rich.console import Console
from rich.markup import escape

from jobs.text_table import text_table

TOP = 10
TOP_CASES = 3
_REASONS = 3


def print_claims(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """The first claims to open with their reasons. Members are not named: the claim is enough to find them."""
    columns = "fraud_rank, claim_id, claim_type, coalesce(provider_id, ''), paid_amount"
    names = ("#>", "claim", "type", "provider", "paid USD>")
    _print_ranked(console, connection, present, "scored_claims", "claims", columns, names)


def print_providers(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    columns = "fraud_rank, provider_id, peer_group, claim_count, paid_amount"
    names = ("#>", "provider", "peers", "claims>", "paid USD>")
    _print_ranked(console, connection, present, "scored_providers", "providers", columns, names)


def print_cases(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """How many rings were found, and those to open first in words. Members are counted, not named."""
    if "cases" not in present:
        console.print("No cases were looked for.\n")
        return
    # A day without cases leaves no row: the day is that of the providers, which are published along.
    as_of, basis = "select max(as_of) from scored_providers", "from cases where as_of = "
    ((day,),) = connection.sql(as_of if "scored_providers" in present else "select max(as_of) from cases").fetchall()
    ((count,),) = connection.execute(f"select count(*) {basis} ?", [day]).fetchall()
    rows = connection.execute(
        f"""select case_id, provider_ids, paid_amount, fraud_rank, strongest_provider_id, reasons {basis} ?
        order by fraud_rank limit {TOP_CASES}""",
        [day],
    ).fetchall()
    console.print("[italic]Cases[/italic]")
    console.print(
        f"  {count:,} rings of providers share more members or physicians than chance explains, as of {day}"
        + (":" if count else ".")
    )
    for case, providers, paid, rank, strongest, reasons in rows:
        text = (
            f"{case}: {len(providers)} providers ({', '.join(providers)}), {paid:,} USD paid; the first of them to "
            f"review is {strongest}, number {rank:,} of all. {'. '.join(reason['text'] for reason in reasons)}."
        )
        console.print(f"  - {escape(text)}", highlight=False)
    if count > len(rows):
        console.print(f"  and {count - len(rows):,} more in the table cases")
    console.print()


def print_cost(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """Expected cost of the book, per member per month, and the members expected above each attachment point."""
    if "risk_predictions" not in present:
        console.print(
            "No cost was predicted: no risk model was promoted (the table of models says why), or none was trained, "
            "which takes members whose claims are complete (eligibility.claims_complete).\n"
        )
        return
    connection.sql(
        """create temp view last_risk as select * from risk_predictions
        where as_of = (select max(as_of) from risk_predictions)"""
    )
    as_of, members, total, pmpm, horizon, low, high, models = connection.sql(
        """select any_value(as_of), count(*), sum(expected_cost), sum(expected_cost) / sum(horizon_months),
        max(horizon_months), median(expected_cost_lower), median(expected_cost_upper),
        string_agg(distinct model_name || ' version ' || model_version, ', ') from last_risk"""
    ).fetchall()[0]
    console.print("[italic]Predicted cost of the book[/italic]")
    console.print(
        f"  {members:,} members covered on {as_of}: {total:,.0f} USD allowed over the next {horizon} months, "
        f"{pmpm:,.2f} USD per member per month ({models})."
    )
    console.print(
        f"  The 90 % interval is a member's own (half of the members lie below {low:,.0f} at its lower and {high:,.0f} "
        "USD at its upper end); it does not add up to an interval of the book."
    )
    points = connection.sql(
        """select cast(point as double), sum(probability) from (
            select unnest(map_keys(high_cost_probability)) as point,
                unnest(map_values(high_cost_probability)) as probability
            from last_risk
        ) group by 1 order by 1"""
    ).fetchall()
    for point, expected in points:
        console.print(f"  {expected:,.1f} members are expected to cost more than {point:,.0f} USD.")
    console.print()


def _print_ranked(
    console: Console, connection: duckdb.DuckDBPyConnection, present: set[str], table: str, nouns: str, columns: str,
    names: tuple[str, ...],
) -> None:  # fmt: skip
    if table not in present:
        console.print(f"No {nouns} were scored.\n")
        return
    last = f"from {table} where as_of = (select max(as_of) from {table})"  # noqa: S608
    as_of, count, basis = connection.sql(
        f"select any_value(as_of), count(*), any_value(score_basis) {last}"
    ).fetchall()[0]
    rows = connection.sql(
        f"select {columns}, fraud_probability, expected_recovery, reasons {last} order by fraud_rank limit {TOP}"
    ).fetchall()
    title = f"The {len(rows)} {nouns} to open first, of {count:,} as of {as_of}"
    text = text_table(
        title, *names, "fraud>", "recovery USD>", "why", wrap=("claim", "provider", "peers", "why"), lines=True
    )
    for *cells, probability, recovery, reasons in rows:
        shown = [f"{cell:,}" if index and not isinstance(cell, str) else str(cell) for index, cell in enumerate(cells)]
        likely = "" if probability is None else f"{probability:.1%}"
        worth = "" if recovery is None else f"{recovery:,}"
        text.add_row(*map(escape, shown), likely, worth, escape(_why(reasons)))
    console.print(text)
    if basis == "unsupervised":
        console.print(f"  No labels, so {nouns} are ranked by how unusual they are and have no probability of fraud.")
    console.print()


def _why(reasons: list[dict[str, str]] | None) -> str:
    texts = [reason["text"] for reason in reasons or []]
    more = [f"and {len(texts) - _REASONS} more"] if len(texts) > _REASONS else []
    return "\n".join([f"- {text}" for text in texts[:_REASONS]] + more)
