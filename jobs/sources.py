from __future__ import annotations

from rich.console import Console
from rich.table import Table as TextTable

from sources import all_sources


def sources() -> None:
    """List the formats of deliveries: what each expects, which tables it fills, and a command that reads one.

    Example: underwatch sources
    """
    text = TextTable(title="Sources: give one with --source", title_justify="left", show_lines=True)
    for heading in ("source", "expects", "fills", "example"):
        text.add_column(heading, overflow="fold")
    for source in all_sources():
        text.add_row(source.name, source.expects, ", ".join(source.tables), source.example)
    Console().print(text)
