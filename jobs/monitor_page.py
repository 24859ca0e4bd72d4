"""The page of a day's monitoring: breaches, plots of what moved, and how the figures went over the days looked at."""

from __future__ import annotations

import base64
import io
from datetime import date
from html import escape
from pathlib import Path

import duckdb
import pandas as pd

from lake import Lake
from models.plot_style import BLUE, SERIES, VERMILION, new_figure

_TOP = 20
_STYLE = """body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}
td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}
td.n{text-align:right;font-variant-numeric:tabular-nums}.breach{color:#a33b00;font-weight:600}img{max-width:100%}"""


def page(lake: Lake, day: date) -> Path:
    """Write the page from the table monitoring, into the lake (under var/ for an object store), and say where."""
    rows = duckdb.read_parquet(lake.files("monitoring")).df()
    rows["as_of"] = pd.to_datetime(rows["as_of"]).dt.date
    folder = Path("var/monitoring") if "://" in lake.root else Path(lake.root) / "monitoring"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day}.html"
    path.write_text(_html(rows, day), encoding="utf-8")
    return path


def _html(rows: pd.DataFrame, day: date) -> str:
    today = rows[rows["as_of"] == day]
    breaches = today[today["alert"] == "breach"].sort_values(["check_name", "value"], ascending=[True, False])
    counts = today["alert"].value_counts()
    parts = [
        f"<h1>Monitoring of {day}</h1>",
        f"<p>{len(today):,} checks: {counts.get('breach', 0):,} breaches, {counts.get('ok', 0):,} within their bounds, "
        f"{counts.get('not_measured', 0):,} could not be measured.</p>",
        "<h2>Breaches</h2>",
        _table(breaches) if len(breaches) else "<p>None.</p>",
    ]
    for model in sorted(set(today["model_name"]) - {"data"}):
        moved = today[(today["model_name"] == model) & (today["check_name"] == "feature_drift")]
        if moved["value"].notna().any():
            parts += [f"<h2>{escape(model)}: features that moved most</h2>", _bars(moved)]
    outcomes = rows[~rows["check_name"].isin(["feature_drift", "missing"]) & rows["value"].notna()]
    if len(outcomes):
        parts += ["<h2>Over the days looked at</h2>", _lines(outcomes)]
    other = today[~today["check_name"].isin(["feature_drift", "missing"])]
    parts += ["<h2>Data, scores and outcomes</h2>", _table(other)]
    body = "\n".join(parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Monitoring of {day}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def _table(rows: pd.DataFrame) -> str:
    head = ["check", "model", "subject", "before", "now", "value", "bound", "cases", "alert", "held against"]
    lines = ["<tr>" + "".join(f"<th>{name}</th>" for name in head) + "</tr>"]
    for row in rows.to_dict("records"):
        figures = "".join(f'<td class="n">{_number(row[name])}</td>' for name in ("before", "now", "value", "bound"))
        lines.append(
            f"<tr><td>{escape(row['check_name'])}</td><td>{escape(row['model_name'])}</td>"
            f'<td>{escape(row["subject"])}</td>{figures}<td class="n">{row["cases"]:,}</td>'
            f'<td class="{row["alert"]}">{row["alert"].replace("_", " ")}</td>'
            f"<td>{escape(row['reference'])}</td></tr>"
        )
    return f"<table>{''.join(lines)}</table>"


def _bars(moved: pd.DataFrame) -> str:
    top = moved.dropna(subset=["value"]).nlargest(_TOP, "value").iloc[::-1]
    figure, axes = new_figure("", "population stability index", "")
    figure.set_size_inches(8, 1 + 0.24 * len(top))
    bound = float(top["bound"].iloc[0])
    axes.barh(top["subject"], top["value"], color=[VERMILION if value > bound else BLUE for value in top["value"]])
    axes.axvline(bound, color="black", linewidth=0.8, linestyle="--")
    return _image(figure, f"Population stability index of the {len(top)} features that moved most")


def _lines(rows: pd.DataFrame) -> str:
    """Each figure over its bound, so that they share an axis: above 1 is a breach."""
    figure, axes = new_figure("", "", "value over its bound (1: a breach)")
    kept = rows[rows["bound"] > 0]
    groups = list(kept.groupby(["check_name", "model_name", "subject"]))
    for number, ((check, model, subject), several) in enumerate(groups[: 2 * len(SERIES)]):
        told = several.sort_values("as_of")
        marker = "o" if number < len(SERIES) else "s"
        label = f"{check}, {subject}" + ("" if model == "data" else f" ({model})")
        colour = SERIES[number % len(SERIES)]
        at = pd.to_datetime(told["as_of"])
        axes.plot(at, told["value"] / told["bound"], marker=marker, color=colour, label=label)
    days = sorted(set(kept["as_of"]))[-12:]
    axes.set_xticks(pd.to_datetime(days), [str(one) for one in days], rotation=30 if len(days) > 4 else 0)
    axes.axhline(1.0, color="black", linewidth=0.8, linestyle="--")
    axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    figure.set_size_inches(10, 4.5)
    return _image(figure, "Figures over their bounds by day")


def _image(figure, words: str) -> str:  # type: ignore[no-untyped-def]
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode()}">'


def _number(value: object) -> str:
    return "" if value is None or pd.isna(value) else f"{value:,.3g}"
