"""Quotes: which use is allowed, what a group or a member is expected to cost, and how sure that is."""
