from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.risk.rows import FEATURES, model_input
from models.underwriting.uses import FIELDS, MARKETS, PURPOSES, BadPolicy, read_policy, rule_for

DAY = date(2025, 12, 31)
RULES = read_policy()

MATRIX = """
market                 rating  underwriting  renewal  stop_loss  care_management
individual             no      no            no       no         member
small_group            no      no            no       no         member
large_group            group   no            group    no         member
self_funded_stop_loss  no      no            member   member     member
medicare               no      no            no       no         member
life                   no      no            no       no         no
disability             no      no            no       no         no
"""
EU_MATRIX = """
market                 rating  underwriting  renewal  stop_loss  care_management
individual             member  no            no       no         no
small_group            no      no            no       no         no
large_group            group   no            no       no         no
self_funded_stop_loss  no      no            no       no         no
medicare               no      no            no       no         no
life                   no      member        no       no         no
disability             no      no            no       no         no
"""


@pytest.mark.parametrize(("jurisdiction", "matrix"), [("US", MATRIX), ("EU", EU_MATRIX)])
def test_the_denial_matrix(jurisdiction: str, matrix: str) -> None:
    said = {
        (market, purpose): rule_for(RULES, market, purpose, jurisdiction, DAY)
        for market in MARKETS
        for purpose in PURPOSES
    }
    head, *rows = [line.split() for line in matrix.strip().splitlines()]
    expected = {(row[0], purpose): cell for row in rows for purpose, cell in zip(head[1:], row[1:], strict=True)}
    assert {use: rule.level or "no" for use, rule in said.items()} == expected


def test_every_refusal_cites_its_rule() -> None:
    assert "45 CFR 147.102" in str(rule_for(RULES, "individual", "rating", "US", DAY))
    assert "45 CFR 164.508" in str(rule_for(RULES, "life", "underwriting", "US", DAY))
    assert all(rule.citation and rule.says for rule in RULES)


def test_a_state_without_a_rule_of_its_own_has_its_countrys() -> None:
    assert rule_for(RULES, "large_group", "rating", "US-TX", DAY).permitted
    assert "10-3-1104.9" in rule_for(RULES, "life", "underwriting", "US-CO", DAY).citation


def test_a_rule_holds_from_its_first_day_on() -> None:
    assert rule_for(RULES, "large_group", "rating", "US", date(2014, 1, 1)).permitted
    before = rule_for(RULES, "large_group", "rating", "US", date(2013, 12, 31))
    assert not before.permitted
    assert "--policy" in before.says, "the refusal names the mend"


def test_what_no_rule_speaks_of_is_refused() -> None:
    assert not rule_for(RULES, "pet", "rating", "US", DAY).permitted
    assert not rule_for(RULES, "large_group", "rating", "BR", DAY).permitted


@given(rule=st.sampled_from([rule for rule in RULES if rule.permitted]))
def test_a_field_that_is_not_allowed_never_enters_the_model(rule) -> None:  # type: ignore[no-untyped-def]
    members = pd.DataFrame({name: [1.0, 2.0] for name in FEATURES}).assign(
        member_id=["a", "b"], age_band="35-44", months_observed=12
    )
    seen = set(model_input(members, rule.features))
    forbidden = {name for field in set(FIELDS) - rule.fields for name in FIELDS[field]}
    assert not seen & forbidden
    assert ("age_band" in seen) == ("age" in rule.fields)
    assert set(rule.features) | rule.left_out == set(FEATURES)


HEAD = "market,purpose,jurisdiction,verdict,level,fields,says,citation,effective_from,effective_to\n"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("large_group,rating,US,permitted,group,age;dna,x,y,2020-01-01,", "line 2: fields cannot be 'age;dna'"),
        ("large_group,rating,US,permitted,,age,x,y,2020-01-01,", "line 2: level"),
        ("large_group,rating,US,perhaps,,,x,y,2020-01-01,", "line 2: verdict"),
        ("large_group,rating,US,refused,,,x,,2020-01-01,", "line 2: citation"),
        ("large_group,rating,US,refused,,,x,y,1.1.2020,", "line 2: dates are written YYYY-MM-DD"),
    ],
)
def test_a_policy_that_cannot_be_read_names_its_line(tmp_path: Path, line: str, wrong: str) -> None:
    file = tmp_path / "own.csv"
    file.write_text(HEAD + line + "\n")
    with pytest.raises(BadPolicy, match=wrong):
        read_policy(file)


def test_two_rules_of_one_use_on_one_day_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    line = "large_group,rating,US,refused,,,x,y,{},{}\n"
    file.write_text(HEAD + line.format("2020-01-01", "2022-12-31") + line.format("2023-01-01", ""))
    assert len(read_policy(file)) == 2
    file.write_text(HEAD + line.format("2020-01-01", "") + line.format("2023-01-01", ""))
    with pytest.raises(BadPolicy, match="hold on one day"):
        read_policy(file)
