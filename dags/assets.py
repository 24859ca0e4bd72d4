"""What joins the DAGs: each is started by the Asset that the one before it updates."""

from __future__ import annotations

from airflow.sdk import Asset

CANONICAL_TABLES = Asset("canonical_tables")
FEATURE_TABLES = Asset("feature_tables")
FRAUD_MODEL = Asset("fraud_model")
RISK_MODEL = Asset("risk_model")
SCORED_CLAIMS = Asset("scored_claims")
RISK_PREDICTIONS = Asset("risk_predictions")
UNDERWRITING_QUOTES = Asset("underwriting_quotes")
MONITORING = Asset("monitoring")
LABELS = Asset("labels")
SQL_TABLES = Asset("sql_tables")
"""No DAG here waits for the last two: a site's own may, such as one that refreshes extracts."""
