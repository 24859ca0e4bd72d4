"""`care_graph` and `provider_features` in DuckDB's SQL.

The year is scanned twice. Lines come down to visits first (one row per provider, member, claim, day and physician),
and whatever counts claims, members, days or physicians is made of visits; two levels of grouping replace each
distinct count.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.feature_speed.days import AS_OF, RECENT_AFTER, YEAR_AFTER


def features(lines: Path, providers: Path, care_graph: Path, provider_features: Path) -> None:
    """Reads two files of Parquet and writes two."""
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"""
            create view year as select * from '{lines}'
            where service_from > date '{YEAR_AFTER}' and service_from <= date '{AS_OF}' and provider_id is not null""")
        connection.execute(f"create view described as select * from '{providers}'")
        for table, query in _STEPS.items():
            connection.execute(f"create temp table {table} as {query}")
        for table, file in (("care_graph", care_graph), ("provider_features", provider_features)):
            connection.execute(f"copy {table} to '{file}' (format parquet)")


_VISITS = """
    select provider_id, member_id, claim_id, physician_id, service_from,
           count(*) as line_count,
           sum(paid_amount) as paid_amount,
           max(diagnosis_count) as diagnoses,
           max(discharged - admitted) filter (claim_type = 'inpatient') as stay_days,
           sum(timed_units) as units
    from year group by all"""

_CARE_GRAPH = f"""
    with treated as (
        select member_id, provider_id, claim_id, sum(line_count) as line_count, sum(paid_amount) as paid_amount,
               min(service_from) as first_service, max(service_from) as last_service
        from visits group by all
    ),
    staffed as (
        select provider_id, physician_id, claim_id, sum(line_count) as line_count, sum(paid_amount) as paid_amount,
               min(service_from) as first_service, max(service_from) as last_service
        from visits where physician_id is not null group by all
    ),
    edges as (
        select 'member_provider' as edge_type, member_id as from_id, provider_id as to_id, count(*) as claim_count,
               sum(line_count) as line_count, sum(paid_amount) as paid_amount,
               min(first_service) as first_service, max(last_service) as last_service
        from treated group by all
        union all
        select 'provider_physician', provider_id, physician_id, count(*), sum(line_count), sum(paid_amount),
               min(first_service), max(last_service)
        from staffed group by all
    )
    select date '{AS_OF}' as as_of, edge_type, from_id, to_id, claim_count, line_count::bigint as line_count,
           paid_amount::decimal(14, 2) as paid_amount, first_service, last_service
    from edges"""

_LINES = """
    select provider_id,
           count(*) as line_count,
           sum(paid_amount) as paid_amount,
           avg(weekend::int) as weekend_share,
           avg(visit_level) as mean_visit_level,
           avg((visit_level >= 4)::int) as high_level_visit_share,
           sum(paid_amount::double) filter (usual_paid is not null) / nullif(sum(usual_paid), 0) as paid_vs_code,
           avg(least(units_ratio, 10)) filter (units_ratio is not null) as units_vs_code,
           avg(duplicate::int) as duplicate_line_share,
           sum(after_death::int) as after_death_lines,
           avg(outside_coverage::int) as outside_coverage_share,
           avg(during_stay::int) as during_stay_share,
           avg(out_of_state::int) as out_of_state_share,
           avg((paid_amount = 0)::int) as zero_paid_share,
           coalesce(sum(paid_amount::double) filter (claim_type = 'inpatient'), 0) as inpatient_paid,
           coalesce(sum(paid_amount::double) filter (equipment), 0) as equipment_paid,
           coalesce(sum(paid_amount::double) filter (laboratory), 0) as laboratory_paid,
           coalesce(sum(paid_amount::double) filter (drug), 0) as drug_paid
    from year group by provider_id"""

_CODES = """
    select provider_id, count(*) as code_count, max(lines) as top_code_lines
    from (select provider_id, code, count(*) as lines from year group by all) group by provider_id"""

_REFERRERS = """
    select provider_id, max(lines)::double / sum(lines) as top_referrer_share
    from (
        select provider_id, referring_physician_id, count(*) as lines
        from year where referring_physician_id is not null group by all
    ) group by provider_id"""

_CLAIMS = f"""
    with claims as (
        select provider_id, claim_id, min(service_from) as service_from, max(diagnoses) as diagnoses,
               sum(paid_amount)::double as paid, max(stay_days) as stay_days
        from visits group by all
    )
    select provider_id,
           count(*) as claim_count,
           count(*) filter (service_from > date '{RECENT_AFTER}') as recent_claims,
           avg(diagnoses) filter (diagnoses > 0) as mean_diagnosis_count,
           avg(stay_days) as mean_stay_days,
           max(stay_days) as longest_stay_days,
           quantile_cont(stay_days, 0.9) as stay_days_p90,
           sum(stay_days) as inpatient_days,
           quantile_cont(paid, [0.5, 0.9]) as paid_quantiles,
           max(paid) as largest_claim_paid
    from claims group by provider_id"""

_MONTHS = """
    with months as (
        select provider_id, month, count(*) as claims
        from (select distinct provider_id, claim_id, date_trunc('month', service_from) as month from visits)
        group by all
    )
    select provider_id, max(claims) as busiest_month_claims, count(*) as active_months
    from months group by provider_id"""

_DAYS = """
    with busy as (
        select provider_id, service_from, count(*) as members
        from (select distinct provider_id, service_from, member_id from visits) group by all
    )
    select provider_id, max(members) as max_members_in_day from busy group by provider_id"""

_PHYSICIAN_DAYS = """
    with worked as (
        select provider_id, service_from, physician_id, sum(units) as units
        from visits where physician_id is not null and units is not null group by all
    )
    select provider_id, max(units) as max_physician_units_in_day from worked group by provider_id"""

_MEMBERS = f"""
    select to_id as provider_id,
           count(*) as member_volume,
           max(paid_amount)::double / nullif(sum(paid_amount)::double, 0) as top_member_paid_share,
           avg((claim_count = 1)::int) as single_claim_member_share,
           avg((first_service > date '{RECENT_AFTER}')::int) as new_member_share
    from care_graph where edge_type = 'member_provider' group by to_id"""

_PHYSICIANS = """
    select from_id as provider_id, count(*) as physician_volume
    from care_graph where edge_type = 'provider_physician' group by from_id"""

_MEASURED = f"""
    select provider_id,
           coalesce(provider_kind, 'unknown') as provider_kind,
           coalesce(specialty, 'unknown') as specialty,
           state,
           claim_count,
           paid_amount::decimal(14, 2) as paid_amount,
           claim_count::double as claim_volume,
           member_volume::double as member_volume,
           coalesce(physician_volume, 0)::double as physician_volume,
           paid_amount::double as total_paid,
           total_paid / nullif(member_volume, 0) as paid_per_member,
           total_paid / nullif(claim_count, 0) as paid_per_claim,
           claim_count / nullif(member_volume, 0) as claims_per_member,
           line_count / claim_count as lines_per_claim,
           member_volume / nullif(described_physicians, 0) as members_per_physician,
           max_members_in_day::double as max_members_in_day,
           max_physician_units_in_day,
           weekend_share, mean_visit_level, high_level_visit_share, paid_vs_code, units_vs_code, duplicate_line_share,
           after_death_lines::double as after_death_lines,
           outside_coverage_share, during_stay_share, top_member_paid_share, single_claim_member_share,
           new_member_share, out_of_state_share,
           code_count::double as code_count,
           top_code_lines / line_count as top_code_share,
           case when claim_count >= 10
                then (recent_claims / 3 + 0.5) / ((claim_count - recent_claims) / 9 + 0.5) end as growth,
           zero_paid_share,
           inpatient_paid / nullif(total_paid, 0) as inpatient_paid_share,
           equipment_paid / nullif(total_paid, 0) as equipment_paid_share,
           laboratory_paid / nullif(total_paid, 0) as laboratory_paid_share,
           drug_paid / nullif(total_paid, 0) as drug_paid_share,
           mean_diagnosis_count, mean_stay_days,
           longest_stay_days::double as longest_stay_days,
           stay_days_p90,
           inpatient_days::double as inpatient_days,
           paid_quantiles[1] as claim_paid_median,
           paid_quantiles[2] as claim_paid_p90,
           largest_claim_paid,
           busiest_month_claims::double as busiest_month_claims,
           active_months::double as active_months,
           top_referrer_share
    from ({_LINES}) left join ({_CODES}) using (provider_id) left join ({_REFERRERS}) using (provider_id)
         left join ({_CLAIMS}) using (provider_id) left join ({_MONTHS}) using (provider_id)
         left join ({_DAYS}) using (provider_id) left join ({_PHYSICIAN_DAYS}) using (provider_id)
         left join ({_MEMBERS}) using (provider_id)
         left join (select *, physician_volume as described_physicians from ({_PHYSICIANS})) using (provider_id)
         left join described using (provider_id)"""

_PROVIDER_FEATURES = f"""
    with grouped as (
        select *, case when count(*) over (partition by provider_kind, specialty) >= 20
                       then provider_kind || '/' || specialty else provider_kind end as peer_group
        from measured
    ),
    compared as (
        select *,
               case when claim_count >= 10 then paid_per_member end as _paid_per_member,
               case when claim_count >= 10 then paid_per_claim end as _paid_per_claim,
               case when claim_count >= 10 then claims_per_member end as _claims_per_member,
               case when claim_count >= 10 then ln(1 + greatest(paid_per_member, 0)) end as _log_paid,
               case when claim_count >= 10 then mean_visit_level end as _level,
               case when claim_count >= 10 then units_vs_code end as _units
        from grouped
    ),
    off as (
        select *,
               _log_paid - median(_log_paid) over peers as log_paid_off,
               _level - median(_level) over peers as level_off,
               _units - median(_units) over peers as units_off,
               _paid_per_member / nullif(median(_paid_per_member) over peers, 0) as paid_per_member_vs_peers,
               _paid_per_claim / nullif(median(_paid_per_claim) over peers, 0) as paid_per_claim_vs_peers,
               _claims_per_member / nullif(median(_claims_per_member) over peers, 0) as claims_per_member_vs_peers
        from compared window peers as (partition by peer_group)
    )
    select date '{AS_OF}' as as_of,
           * exclude (_paid_per_member, _paid_per_claim, _claims_per_member, _log_paid, _level, _units,
                      log_paid_off, level_off, units_off),
           log_paid_off / nullif(1.4826 * median(abs(log_paid_off)) over peers, 0) as paid_per_member_z,
           level_off / nullif(1.4826 * median(abs(level_off)) over peers, 0) as visit_level_z,
           units_off / nullif(1.4826 * median(abs(units_off)) over peers, 0) as units_z
    from off window peers as (partition by peer_group)"""

_STEPS = {
    "visits": _VISITS,
    "care_graph": _CARE_GRAPH,
    "measured": _MEASURED,
    "provider_features": _PROVIDER_FEATURES,
}
