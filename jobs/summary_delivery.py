"""The part of the summary about what came in: rows and dollars, rejections, checks."""

from __future__ import annotations

import duckdb
from rich.console import Console
from rich.markup import escape

from jobs.text_table import text_table


def print_delivery(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """Rows and dollars read, accepted and rejected per file of the last delivery, and whether they add up."""
    if "delivery_audit" not in present:
        console.print("No delivery was ingested.")
        return
    connection.sql(
        """create temp view last_delivery as select * from delivery_audit
        where batch_id = (select max_by(batch_id, ingested_at) from delivery_audit)"""
    )
    files = connection.sql(
        """select file_name, table_name, rows_read, rows_accepted, rows_rejected, paid_read, paid_accepted,
        paid_rejected from last_delivery order by table_name, file_name"""
    ).fetchall()
    total = connection.sql(
        """select any_value(batch_id), (select count(distinct batch_id) from delivery_audit),
        sum(rows_read), sum(rows_accepted), sum(rows_rejected), sum(paid_read), sum(paid_accepted), sum(paid_rejected),
        bool_and(rows_read = rows_accepted + rows_rejected),
        bool_and(charge_read = charge_accepted + charge_rejected
        and allowed_read = allowed_accepted + allowed_rejected and paid_read = paid_accepted + paid_rejected)
        from last_delivery"""
    ).fetchall()[0]
    batch, batches, *sums, rows_add_up, dollars_add_up = total
    of = f" (the last of {batches} in the lake)" if batches > 1 else ""
    numbers_of = ("rows>", "accepted>", "rejected>", "paid USD>", "accepted>", "rejected>")
    text = text_table(f"Delivery {escape(batch)}{of}", "file", "for", *numbers_of, wrap=("file",))
    for file, table, *numbers in files:
        text.add_row(escape(file), table, *_numbers(numbers))
    text.add_section()
    text.add_row("total", "", *_numbers(sums))
    console.print(text)
    said = {True: "yes", False: "NO", None: "unknown"}
    console.print(
        f"Read = accepted + rejected, file by file: rows {said[rows_add_up]}; charged, allowed and paid dollars "
        f"{said[dollars_add_up]}.\n"
    )


def print_rejected(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """Rejected rows of the last delivery by reason."""
    if "rejected_rows" not in present or "delivery_audit" not in present:
        return
    rows = connection.sql(
        """select table_name, reason, count(*), coalesce(sum(paid_amount), 0) from rejected_rows
        where batch_id = (select any_value(batch_id) from last_delivery) group by all order by 3 desc, 1, 2"""
    ).fetchall()
    if not rows:
        console.print("No row was rejected.\n")
        return
    text = text_table("Rejected rows by reason", "for", "reason", "rows>", "paid USD>")
    for table, reason, *numbers in rows:
        text.add_row(table, reason, *_numbers(numbers))
    console.print(text, "")


def print_checks(console: Console, connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """Checks of each table, as they ended when it was last checked; those that did not pass by name."""
    if "check_results" not in present:
        console.print("No table was checked.\n")
        return
    connection.sql(
        """create temp view last_checks as select * from check_results
        qualify max_by(check_run, checked_at) over (partition by table_name) = check_run"""
    )
    tables = connection.sql(
        """select table_name, any_value(batch_id), any_value(row_count),
        count(*) filter (status = 'passed'), count(*) filter (status = 'warned'), count(*) filter (status = 'stopped')
        from last_checks group by all order by min(checked_at)"""
    ).fetchall()
    text = text_table("Checks", "table", "of", "rows>", "passed>", "warned>", "stopped>")
    for table, value, *numbers in tables:
        text.add_row(table, escape(value), *_numbers(numbers))
    text.add_section()
    text.add_row("total", "", "", *_numbers([sum(row[column] for row in tables) for column in (3, 4, 5)]))
    console.print(text)
    failed = connection.sql(
        """select status, table_name, check_name, observed from last_checks where status <> 'passed'
        order by status, table_name, check_name"""
    ).fetchall()
    for status, table, check, seen in failed:
        console.print(f"  {status}: {table}: {check}" + (f" ({seen})" if seen else ""), highlight=False, markup=False)
    console.print()


def _numbers(numbers: list[object]) -> list[str]:
    return ["" if number is None else f"{number:,.0f}" for number in numbers]
