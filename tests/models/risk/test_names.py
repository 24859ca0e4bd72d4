from __future__ import annotations

import pytest

from models.registry import _train_command
from models.risk.names import kept_features, left_out, model_name
from models.risk.rows import FEATURES


def test_one_name_per_set_of_features() -> None:
    assert model_name() == "risk_cost"
    assert model_name(frozenset({"sex_male"})) == "risk_cost_without_sex_male"
    assert model_name(["sex_male", "age"]) == model_name(["age", "sex_male"]) == "risk_cost_without_age-sex_male"
    assert model_name(set(FEATURES) - {"age"}) == "risk_cost_only_age"
    assert model_name(FEATURES) == "risk_cost_only_book"


def test_long_sets_have_short_and_different_names() -> None:
    half, other = FEATURES[: len(FEATURES) // 2], FEATURES[1 : len(FEATURES) // 2 + 1]
    assert len(model_name(half)) < 200
    assert model_name(half) != model_name(other)


@pytest.mark.parametrize("without", [{"sex_male"}, {"sex_male", "age"}, set(FEATURES) - {"age"}, set(FEATURES)])
def test_the_mend_of_a_missing_model_trains_that_model(without: set[str]) -> None:
    _, option, fields = _train_command(model_name(without)).split(" ")
    assert left_out(**{option.removeprefix("--"): fields}) == without


def test_what_is_no_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="gender: no feature"):
        kept_features(["gender"])
    with pytest.raises(ValueError, match="not both"):
        left_out("age", "sex_male")
