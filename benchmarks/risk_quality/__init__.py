"""How good the cost predictions are, beside every baseline, on three books: see docs/risk-quality.md."""
