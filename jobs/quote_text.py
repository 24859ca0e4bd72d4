"""A quote as an underwriter reads it in a terminal."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from jobs.text_table import text_console, text_table

_MOST_MEMBERS = 10


def print_answer(quote: dict[str, Any], members: list[dict[str, Any]]) -> None:
    """The answer or the refusal; members by row number and status, the costliest first."""
    console = text_console()
    whom = f"group {quote['group_id']}" if quote["group_id"] else "the list"
    console.print(f"Request {quote['request_id']}: {whom}, {quote['member_count']:,} members, as of {quote['as_of']}")
    if quote["refused_reason"]:
        console.print(f"  Refused. {escape(quote['refused_reason'])}", highlight=False)
        return
    lacking = [
        f"{quote[f'{name}_member_count']:,} {words}"
        for name, words in (("unknown", "not known to the lake"), ("no_history", "without an observed month"))
        if quote[f"{name}_member_count"]
    ]
    if lacking:
        console.print(f"  {' and '.join(lacking)}: priced at the manual rate, with a wider interval.")
    lines = [
        f"Expected {quote['expected_pmpm']:,.2f} USD PMPM over 12 months (90 % between {quote['lower']:,.2f} and "
        f"{quote['upper']:,.2f}), {quote['relative_risk']:.2f} times the book.",
        f"Manual rate {quote['manual_pmpm']:,.2f}; the risk model, member by member, {quote['model_pmpm']:,.2f}.",
    ]
    if quote["experience_pmpm"] is not None:
        lines.append(
            f"Own experience {quote['experience_pmpm']:,.2f} over {quote['experience_months']:,.0f} member months, "
            f"credibility {quote['credibility']:.0%} ({quote['credibility_basis'].replace('_', ' ')})."
        )
    lines += [
        f"Specific stop-loss above {int(point):,} USD a member: {amount:,.0f} USD expected."
        for point, amount in sorted(quote["specific_stop_loss"].items(), key=lambda one: int(one[0]))
    ]
    lines.append(
        f"Aggregate stop-loss above {quote['aggregate_attachment']:,.0f} USD (125 % of expected): "
        f"{quote['aggregate_stop_loss']:,.0f} USD expected."
    )
    for line in lines:
        console.print(f"  {line}", highlight=False)
    console.print("  Why:")
    for reason in quote["reasons"]:
        console.print(f"  - {escape(reason['text'])}", highlight=False)
    if quote.get("adverse_notice"):
        console.print("  The relativity calls for a notice of an adverse decision: --notices FOLDER writes it.")
    if members:
        _print_members(members)
    console.print(f"  Model {quote['model_name']} version {quote['model_version']}. The rules are no legal advice.\n")


def _print_members(members: list[dict[str, Any]]) -> None:
    costliest = sorted(members, key=lambda one: -one["expected_cost"])[:_MOST_MEMBERS]
    text = text_table(
        f"The {len(costliest)} costliest of {len(members):,} members, by their row in the request",
        *("row>", "status", "expected USD>", "90 % interval>", "relative>", "above 100k>", "why"),
        wrap=("why",),
        lines=True,
    )
    for one in costliest:
        interval = f"{one['expected_cost_lower']:,.0f} to {one['expected_cost_upper']:,.0f}"
        why = "\n".join(f"- {escape(reason['text'])}" for reason in one["reasons"][:2])
        chance = f"{one['high_cost_probability']['100000']:.1%}"
        text.add_row(
            *(str(one["row_number"]), one["status"].replace("_", " "), f"{one['expected_cost']:,.0f}", interval),
            *(f"{one['relative_risk']:.2f}", chance, why),
        )
    text_console().print(text)
