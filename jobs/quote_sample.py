"""A sample quote at the end of the main job: the renewal of the largest group that may be rated."""

from __future__ import annotations

from catalog.errors import UnderwatchError
from jobs.options import DEFAULT_MASTER
from jobs.progress import log
from jobs.quote_answer import Request, answer_request
from jobs.quote_checks import checked_quotes
from jobs.quote_tables import last_day
from jobs.sql import connect
from lake import Lake

SAMPLE = "sample-renewal"
_LEAST = 20


def sample_quote(lake: Lake, master: str = DEFAULT_MASTER) -> None:
    """Quote the largest group of the market large_group under the request SAMPLE; nothing where there is none.

    A sample that cannot be made, or that a check stops, is told and does not fail the run, whose tables are published
    by then.
    """
    if not lake.exists("risk_predictions"):
        return
    day = last_day(lake)
    groups = connect(lake).execute(
        """select group_id, count(*) from member_features where as_of = ? and market = 'large_group'
        and group_id is not null group by all having count(*) >= ? order by 2 desc, 1 limit 1""",
        [day, _LEAST],
    )
    for group, _ in groups.fetchall():
        request = Request("large_group", "renewal", "US", day, "main job", group_id=group, request_id=SAMPLE)
        try:
            with checked_quotes(master) as publish:
                answer_request(lake, request, publish)
        except UnderwatchError as error:
            log.warning(f"no sample quote: {error}")
