"""A benchmark's table as text, with what it was measured on, and its place in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A column named with a trailing `>` holds numbers."""
    rules = "|".join("---:" if name.endswith(">") else "---" for name in columns)
    head, *body = (f"| {' | '.join(row)} |" for row in ([name.removesuffix(">") for name in columns], *rows))
    return "\n".join([head, f"|{rules}|", *body])


def machine() -> str:
    """The day, the cores, the memory, and how many processes wanted the cores: times on a busy machine say less."""
    memory = psutil.virtual_memory().total / 2**30
    busy = os.getloadavg()[0]
    return f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, load {busy:.1f}"


def versions(*packages: str) -> str:
    return ", ".join([f"CPython {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)])


def append(page: Path, section: str, said: str) -> None:
    """Put `said` at the end of the page's `section`, which is begun at the end of the page where there is none."""
    heading = f"## {section}\n"
    text = page.read_text().rstrip() + "\n"
    before, after = text.split(heading) if heading in text else (f"{text}\n", "")
    own, *others = after.split("\n## ")
    paragraphs = [part.strip() for part in (own, said) if part.strip()]
    page.write_text("\n## ".join([f"{before}{heading}\n" + "\n\n".join(paragraphs) + "\n", *others]))
