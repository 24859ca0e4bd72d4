"""How good the fraud rankings are, beside every baseline, in the same folds: python -m benchmarks.fraud_quality"""
