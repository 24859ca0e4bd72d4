"""Tables of text for a terminal or a log file."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

_LOG_WIDTH = 150


def text_console() -> Console:
    """As wide as the terminal or, where the output is a file, wide enough for a table's words."""
    console = Console(emoji=False)  # a code such as :1: in a name is no emoji
    return console if console.is_terminal else Console(width=_LOG_WIDTH, emoji=False)


def text_table(title: str, *columns: str, wrap: tuple[str, ...] = (), lines: bool = False) -> Table:
    """An empty table. A column named with a trailing `>` holds numbers; only columns in `wrap` may break in lines."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_lines=lines)
    for column in columns:
        name = column.removesuffix(">")
        table.add_column(name, justify="right" if column.endswith(">") else "left", no_wrap=name not in wrap,
                         overflow="fold" if name in wrap else "ellipsis")  # fmt: skip
    return table
