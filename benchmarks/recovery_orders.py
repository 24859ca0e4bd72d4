"""What reviewers find and bring back in each order of work: python -m benchmarks.recovery_orders --lake L --book B"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import duckdb
import numpy as np
import pandas as pd
import typer
from rich.console import Console

from jobs.sql import connect
from jobs.text_table import text_table
from lake import Lake
from sources.synthetic.writer import truth_folder

CAPACITIES = (0.005, 0.02, 0.05, 0.1)


def main(
    lake: Annotated[str, typer.Option(help="Lake with published scores of a generated book.")] = "var/lake",
    book: Annotated[Path, typer.Option(help="The generated delivery; its truth lies beside it.")] = Path(
        "var/deliveries/synthetic"
    ),
) -> None:
    """Precision and fraudulent dollars in the first cases by probability, by expected recovery and by amount alone."""
    db = connect(Lake(lake))
    for table in ("claim", "provider"):
        db.read_csv(str(truth_folder(book) / f"{table}_truth.csv")).create_view(f"{table}_truth")
    title = f"Orders of work, {lake}, {datetime.now(UTC):%Y-%m-%d}"
    text = text_table(title, "cases", "first", "number>", "order", "fraudulent>", "fraudulent USD>", "of all>")
    for name, cases in (("claims", claims(db)), ("providers", providers(db))):
        total = cases["fraud_paid"].sum()
        for capacity in CAPACITIES:
            for order, first in in_orders(cases, int(np.ceil(capacity * len(cases)))).items():
                found = first["fraud_paid"].sum()
                shares = (f"{first['is_fraud'].mean():.3f}", f"{found:,.0f}", f"{found / total:.3f}")
                text.add_row(name, f"{capacity:.1%}", f"{len(first):,}", order, *shares)
    Console(width=140).print(text)


def claims(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Claims scored on the last day that nobody had investigated by then: those that could be opened now."""
    found: pd.DataFrame = db.sql(
        """select claim_id as id, fraud_rank, is_fraud,
            expected_recovery::double as expected_recovery, paid_amount::double as paid,
            case when is_fraud then paid_amount::double else 0 end as fraud_paid
        from scored_claims join claim_truth using (claim_id)
        where as_of = (select max(as_of) from scored_claims)
            and claim_id not in (select target_id from investigations where target_type = 'claim')"""
    ).df()
    return found


def providers(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The same of billing providers; their fraudulent dollars are those of their scored claims."""
    found: pd.DataFrame = db.sql(
        """with wrong as (
            select provider_id, sum(paid_amount)::double as fraud_paid
            from scored_claims join claim_truth using (claim_id)
            where is_fraud and as_of = (select max(as_of) from scored_claims) group by 1
        )
        select provider_id as id, fraud_rank, is_fraud,
            expected_recovery::double as expected_recovery, paid_amount::double as paid,
            coalesce(fraud_paid, 0) as fraud_paid
        from scored_providers join provider_truth using (provider_id) left join wrong using (provider_id)
        where as_of = (select max(as_of) from scored_providers)
            and provider_id not in (select target_id from investigations where target_type = 'provider')"""
    ).df()
    return found


def in_orders(cases: pd.DataFrame, number: int) -> dict[str, pd.DataFrame]:
    """The first cases in each order; ties by id."""
    keys = {
        "probability (fraud_rank)": -cases["fraud_rank"].astype(float),
        "expected recovery (recovery_rank)": cases["expected_recovery"],
        "paid amount": cases["paid"],
    }
    return {
        name: cases.assign(key=key).sort_values(["key", "id"], ascending=[False, True]).head(number)
        for name, key in keys.items()
    }


if __name__ == "__main__":
    typer.run(main)
