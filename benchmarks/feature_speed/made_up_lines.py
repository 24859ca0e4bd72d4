"""Made-up line signals and providers of any size, by one query over a range of numbers."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.feature_speed.days import AS_OF

LINES, PROVIDERS = "line_signals.parquet", "providers.parquet"
HUB_SHARE = 0.2
"""Share of the lines that one provider holds in a book with a hub."""

_LINES_A_CLAIM, _LINES_A_MEMBER, _LINES_A_PROVIDER = 2.5, 25, 500
_FAVOURITES = 4
"""Providers that a member goes to."""


def made_up_lines(folder: Path, lines: int, hub: bool = False) -> None:
    """Writes `LINES`, one row per claim line with the columns that `look_back`, `care_graph` and `provider_features`
    read, and `PROVIDERS`, one row per described provider. The same numbers make the same rows.

    Claims have one to four lines, 2.5 on average; some run over several days or name two physicians. Members go to four
    providers each, and providers are skewed: of n the largest holds about 1 in sqrt(n) of the lines. One line in
    fifty has no provider, one in thirteen lies before the year: `look_back` drops both. One provider in twenty is not
    described.
    """
    folder.mkdir(parents=True, exist_ok=True)
    providers, members = max(40, lines // _LINES_A_PROVIDER), max(20, lines // _LINES_A_MEMBER)
    claims = max(1, round(lines / _LINES_A_CLAIM))
    with duckdb.connect() as connection:
        connection.execute(_RANDOM)
        _write(connection, _line_query(lines, claims, members, providers, hub), folder / LINES)
        _write(connection, _provider_query(providers), folder / PROVIDERS)


_RANDOM = "create macro draw(of_what, salt) as (hash(of_what * 64 + salt) % 1000003) / 1000003.0"
"""A number in [0, 1) that depends on a row's number and a salt below 64 alone."""


def _write(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    connection.execute(f"copy ({query}) to '{file}' (format parquet, row_group_size 250000)")


def _line_query(lines: int, claims: int, members: int, providers: int, hub: bool) -> str:
    to_hub = HUB_SHARE if hub else 0.0
    return f"""
    with numbered as (
        select range as line, (range + cast(floor(draw(range, 0) * 3) as bigint)) * {claims} // {lines} as claim
        from range({lines})
    ),
    placed as (
        select line, claim, cast(floor(draw(claim, 1) * {members}) as bigint) as member,
               date '{AS_OF}' - cast(floor(draw(claim, 2) * 395) as int) as begun,
               floor(draw(claim, 3) * {_FAVOURITES}) as favourite, draw(line, 4) as of_code
        from numbered
    ),
    billed as (
        select *,
               case when draw(claim, 5) < {to_hub} then {providers - 1}
                    else cast(floor(pow(draw(member * {_FAVOURITES} + favourite, 6), 2) * {providers}) as bigint)
               end as provider,
               case when draw(claim, 7) < 0.7 then 'professional' when draw(claim, 7) < 0.85 then 'outpatient'
                    when draw(claim, 7) < 0.93 then 'inpatient' else 'pharmacy' end as claim_type,
               cast(floor(pow(of_code, 2) * 600) as int) as code_number,
               begun + case when draw(claim, 8) < 0.1 then cast(floor(draw(line, 9) * 5) as int) else 0 end
                   as service_from
        from placed
    )
    select printf('C%011d-%d', claim, line % 10) as claim_line_id,
           printf('C%011d', claim) as claim_id,
           claim_type,
           printf('%s%012d', substr(md5(member::varchar), 1, 20), member) as member_id,
           case when draw(claim, 10) >= 0.02 then printf('1%09d', provider * 7) end as provider_id,
           case when claim_type <> 'pharmacy' and draw(claim, 11) < 0.95 then
               printf('2%09d', provider * 8 + cast(floor(draw(claim, 12) * (1 + provider % 8)) as int)
                               + case when draw(line, 13) < 0.05 then 1 else 0 end) end as physician_id,
           case when draw(claim, 14) < 0.4 then
               printf('3%09d', cast(floor(pow(draw(claim, 15), 3) * {providers} * 2) as int)) end
               as referring_physician_id,
           service_from,
           cast(datediff('day', date '1970-01-01', service_from) as int) as day,
           printf('%05d', 90000 + code_number) as code,
           cast(case when draw(line, 16) < 0.04 then 0
                     else (20 + code_number) * (0.5 + draw(line, 17)) end as decimal(14, 2)) as paid_amount,
           case when code_number % 20 <> 0 then 0.97 * (20 + code_number) end as usual_paid,
           case when draw(line, 18) < 0.9 then 0.2 + 14 * pow(draw(line, 19), 4) end as units_ratio,
           case when code_number < 120 then cast(1 + code_number % 5 as int) end as visit_level,
           case when code_number < 200 then cast(1 + floor(draw(line, 20) * 6) as double) end as timed_units,
           case when claim_type = 'inpatient' then begun end as admitted,
           case when claim_type = 'inpatient' then begun + cast(floor(pow(draw(claim, 21), 2) * 20) as int) end
               as discharged,
           cast(floor(draw(claim, 22) * 6) as int) as diagnosis_count,
           dayofweek(service_from) in (0, 6) as weekend,
           draw(line, 23) < 0.01 as duplicate,
           draw(claim, 24) < 0.001 as after_death,
           case when draw(member, 25) < 0.9 then draw(claim, 26) < 0.03 end as outside_coverage,
           draw(claim, 27) < 0.01 as during_stay,
           case when provider % 20 <> 0 then draw(claim, 28) < 0.1 end as out_of_state,
           code_number % 29 = 0 as equipment,
           code_number % 7 = 0 as laboratory,
           claim_type = 'pharmacy' or code_number % 31 = 0 as drug
    from billed"""


def _provider_query(providers: int) -> str:
    return f"""
    select printf('1%09d', range * 7) as provider_id,
           ['practice', 'facility', 'supplier', 'laboratory', 'pharmacy'][1 + cast(floor(draw(range, 1) * 5) as int)]
               as provider_kind,
           printf('specialty %02d', cast(floor(pow(draw(range, 2), 2) * 30) as int)) as specialty,
           case when range % 20 <> 0 then ['OH', 'NY', 'TX', 'CA'][1 + range % 4] end as state
    from range({providers}) where draw(range, 3) < 0.95"""
