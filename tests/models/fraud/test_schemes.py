from __future__ import annotations

from datetime import UTC, date, datetime

from models.fraud.inputs import claim_columns, provider_columns
from models.fraud.schemes import SCHEME_OF_CODE, SINCE


def test_every_code_is_one_that_a_reason_can_carry() -> None:
    known = {column.code for column in (*claim_columns(), *provider_columns())}
    assert set(SCHEME_OF_CODE) <= known


def test_the_policy_is_dated() -> None:
    assert date.fromisoformat(SINCE) <= datetime.now(UTC).date()
