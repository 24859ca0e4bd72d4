"""Audit samples of paid claims: strata, draw, and what the reviewed sample says about the overpayment."""
