"""Which claims make one episode of inpatient care, and which episodes are readmissions."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from features.episodes import after_discharge, inpatient_episodes
from tests.features.spec import history

CLAIMS = """
claim    line type         member   day        through    admitted   discharged
first    1    inpatient    handed   2024-03-01 2024-03-05 -          -
next     1    inpatient    handed   2024-03-05 2024-03-10 -          -
back     1    inpatient    handed   2024-04-09 2024-04-11 -          -
later    1    inpatient    handed   2024-05-12 2024-05-13 -          -
long     1    inpatient    nested   2024-01-01 2024-02-28 -          -
short    1    inpatient    nested   2024-01-05 2024-01-06 -          -
tomorrow 1    inpatient    nested   2024-02-29 2024-03-01 -          -
told     1    inpatient    dated    2024-06-03 2024-06-03 2024-06-01 2024-06-09
told     2    inpatient    dated    2024-06-04 2024-06-04 2024-06-01 2024-06-09
reversed 1    inpatient    dated    2024-08-01 2024-08-01 2024-08-05 2024-08-02
visit    1    professional dated    2024-06-20 2024-06-20 -          -
"""
EPISODES = {
    # The hospital that took over ends the episode: thirty days after it is a readmission, thirty-one are none.
    ("handed", "2024-03-01", "2024-03-10", False),
    ("handed", "2024-04-09", "2024-04-11", True),
    ("handed", "2024-05-12", "2024-05-13", False),
    # A stay within another's dates ends nothing.
    ("nested", "2024-01-01", "2024-02-28", False),
    ("nested", "2024-02-29", "2024-03-01", True),
    # By admission and discharge where they are told; one line or two.
    ("dated", "2024-06-01", "2024-06-09", False),
    ("dated", "2024-08-05", "2024-08-05", False),
}
SERVICES = """
claim   line day
on_day  1    2024-03-10
day_1   1    2024-03-11
day_30  1    2024-04-09
between 1    2024-04-10
twice   1    2024-05-13
"""


def test_stays_that_follow_each_other_are_one_episode(spark: SparkSession) -> None:
    found = inpatient_episodes(history(spark, CLAIMS).lines).collect()
    assert {(row[0], str(row[1]), str(row[2]), row[3]) for row in found} == EPISODES
    assert len(found) == len(EPISODES)


def test_the_thirty_days_after_a_discharge_begin_the_day_after(spark: SparkSession) -> None:
    """The visit of the tenth of April is the thirty-first day after the first discharge and before the next ones."""
    ends = F.array(*[F.lit(date(2024, month, day)) for month, day in ((3, 10), (4, 20), (5, 1))])
    lines = history(spark, SERVICES).lines
    found = [row["claim_id"] for row in lines.where(after_discharge(ends)).collect()]
    assert sorted(found) == ["day_1", "day_30", "twice"]
    never = F.lit(None).cast("array<date>")
    assert lines.where(after_discharge(never)).collect() == []
