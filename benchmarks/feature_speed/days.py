"""The days that the made-up book is looked at from."""

from __future__ import annotations

from datetime import date

AS_OF = date(2024, 12, 31)

# What `features.look_back` and `features.provider_features` derive from it by calendar; stated once for those that do
# without our code.
YEAR_AFTER = date(2023, 12, 31)
"""Services later than this, until AS_OF, belong to the year."""

RECENT_AFTER = date(2024, 9, 30)
"""Services later than this are the year's last three months."""
