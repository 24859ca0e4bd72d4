"""The commands that the DAGs of the main job run, in their order, for benchmarks that run them without Airflow."""

from __future__ import annotations

from pathlib import Path

FINE = (0, 9, 12)
"""Exit codes of a step that did its work or had none to do (docs/runbook.md)."""
BATCH = "b1"


def main_job_steps(delivery: Path, key: Path, *, checks: bool = False) -> list[tuple[str, ...]]:
    """Command and options, but for --lake and --master. `checks`: also those of the feature tables, and of the
    canonical tables that a generated book fills."""
    source = ("--source=synthetic", f"--delivery={delivery}", f"--batch-id={BATCH}")
    canonical = "--tables=claim_lines,pharmacy_claims,members,eligibility,providers,investigations"
    features = (
        "--tables=claim_features,provider_features,neighbour_features,care_graph,member_features,member_outcomes,"
        "lag_triangle"
    )
    fraud, risk = "--tables=scored_claims,scored_providers,cases", "--tables=risk_predictions"
    return [
        ("ingest-claims", *source, f"--token-key-file={key}"),
        *([("check-tables", canonical, f"--batch-id={BATCH}")] if checks else []),
        ("build-features",),
        *([("check-tables", features)] if checks else []),
        ("train-fraud", "--seed=7"),
        ("train-risk", "--seed=7"),
        ("score-claims",),
        ("check-tables", fraud, "--staged"),
        ("publish", fraud),
        ("score-risk",),
        ("check-tables", risk, "--staged"),
        ("publish", risk),
    ]
