"""The part of the summary about quotes."""

from __future__ import annotations

import duckdb
from rich.console import Console
from rich.markup import escape

_LATEST = 3


def print_quotes(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """The latest quotes, answered and refused."""
    if "underwriting_quotes" not in present:
        return
    console.print("[italic]Quotes[/italic]")
    rows = connection.execute(
        """select request_id, coalesce('group ' || group_id, 'a list'), member_count, market, purpose, expected_pmpm,
        lower, upper, credibility, relative_risk, refused_reason
        from underwriting_quotes order by requested_at desc limit ?""",
        [_LATEST],
    ).fetchall()
    for request, whom, members, market, purpose, pmpm, low, high, credibility, relative, refused in rows:
        said = f"  - {request}: {whom}, {members:,} members, {market}, {purpose}: "
        if refused:
            said += f"refused. {refused}"
        else:
            said += (
                f"{pmpm:,.2f} USD PMPM expected (90 % between {low:,.2f} and {high:,.2f}), {relative:.2f} times the "
                f"book, credibility of its experience {credibility:.0%}"
            )
        console.print(escape(said), highlight=False)
    console.print()
