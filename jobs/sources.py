from __future__ import annotations

import textwrap

import typer

from sources import all_sources

_WIDTH = 100


def sources() -> None:
    """List the formats of deliveries: what each expects, which tables it fills, and a command that reads one.

    Example: underwatch sources
    """
    for source in all_sources():
        typer.secho(source.name, bold=True)
        for label, text in (("expects", source.expects), ("fills", ", ".join(source.tables))):
            typer.echo(textwrap.fill(text, _WIDTH, initial_indent=f"  {label:9}", subsequent_indent=" " * 11))
        # In one line, so that it can be copied.
        typer.echo(f"  {'example':9}{source.example}\n")
