"""Tables as CSV and XLSX that are safe to open: no cell of ours is run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""A spreadsheet runs a cell that starts with one of these (OWASP, CSV Injection); the last four are full-width."""


def safe(value: object) -> object:
    """The value; text that a spreadsheet would run gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULA_STARTS and value else value


def as_csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([["" if cell is None else safe(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(names: Sequence[str], rows: Iterable[Sequence[object]], sheet: str) -> bytes:
    """One sheet with a frozen header. Numbers and dates stay numbers and dates; text is never a formula or a link."""
    content = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(content, options) as book:
        head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for column, name in enumerate(names):
            page.write_string(0, column, name, head)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell is None:
                    continue
                if isinstance(cell, datetime | date):
                    page.write_datetime(number, column, cell, day)
                elif isinstance(cell, int | float | Decimal):
                    page.write_number(number, column, float(cell))
                else:
                    page.write_string(number, column, str(safe(str(cell))))
    return content.getvalue()
