from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from catalog import TABLES
from catalog.errors import MissingTable
from features.known import latest
from jobs.as_of import resolve_as_of
from jobs.case_tables import case_rows, earlier_cases, find_cases
from jobs.conserved import check_conserved, totals
from jobs.fraud_tables import edge_frame, on_day, provider_frame
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, AsOf, LakeRoot, Master
from jobs.progress import step
from jobs.recipe import recipe_of, scoring
from jobs.recovery_tables import claim_recovery, provider_recovery
from jobs.spark import spark_session
from jobs.staged_scores import nothing_changed, same_as_staged
from jobs.train_fraud import CLAIM_MODEL, DEFAULT_CAPACITY, PROVIDER_MODEL, Capacity
from lake import Lake
from models.registry import RegisteredModel, Registry

STAGED = ("scored_claims", "scored_providers", "cases")


def score_claims(
    lake: LakeRoot = DEFAULT_LAKE,
    as_of: AsOf = "",
    capacity: Capacity = DEFAULT_CAPACITY,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Score every claim and every billing provider of a day with the champion models and find cases; stage all.

    Example: underwatch score-claims --as-of 2025-12-31
    """
    store = Lake(lake)
    with spark_session("score-claims", master) as spark:
        score_as_of(spark, store, resolve_as_of(spark, store, as_of), capacity)


def score_as_of(
    spark: SparkSession,
    lake: Lake,
    day: date,
    capacity: float = DEFAULT_CAPACITY,
    models: Mapping[str, str] | None = None,
    out: Lake | None = None,
) -> dict[str, bool]:
    """Stage scored_claims, scored_providers and cases of a day; table -> whether it changed.

    A table with the same content as what was staged before stays staged, with the time it was first scored.
    `models` (name -> version) score instead of the champions, and `out` is staged to instead of `lake`: for a replay.
    Raises ModelUnavailable without champions and MissingTable without features.
    """
    from models.fraud.claims import ClaimModel
    from models.fraud.providers import ProviderModel
    from models.fraud.score_claims import scored_claims
    from models.fraud.score_providers import scored_providers

    registry, out, lake = Registry(lake.root), out or lake, lake.now()
    provider_version, claim_version = (scoring(registry, name, models) for name in (PROVIDER_MODEL, CLAIM_MODEL))
    recipe = recipe_of(lake, "score-claims", day, {"capacity": capacity}, (provider_version, claim_version))
    if nothing_changed(out, STAGED, day, recipe):
        return dict.fromkeys(STAGED, False)
    with step("scoring providers", model=str(provider_version), as_of=str(day)) as found:
        model = ProviderModel.load(provider_version.folder)
        providers = provider_frame(spark, lake, day)
        scores = model.score(providers, edge_frame(spark, lake, day))
        found.update(providers=len(providers), basis=model.basis)
    features = on_day(spark, lake, "claim_features", day)
    with step("scoring claims", model=str(claim_version), as_of=str(day)) as found:
        claim_model = ClaimModel.load(claim_version.folder)
        recovery = claim_recovery(spark, lake, day, features)
        schema = "provider_id string, provider_score double"
        seen = spark.createDataFrame(scores[["provider_id", "provider_score"]], schema)
        claims = scored_claims(features, seen, claim_model, recovery, capacity).localCheckpoint()
        scored = totals(claims)
        if not scored[0]:
            raise MissingTable(f"claim_features hold no claim as of {day}; run `underwatch build-features` first")
        check_conserved("scored_claims", totals(features), scored)
        found.update(claims=scored[0], basis=claim_model.basis, recovery=f"{recovery.book:.0%} {recovery.basis}")
    with step("staging scored_claims") as found:
        changed = {"scored_claims": _stage(spark, out, claims, "scored_claims", claim_version, day, recipe)}
        found["changed"] = changed["scored_claims"]
    with step("finding cases", as_of=str(day)) as found:
        cases = find_cases(on_day(spark, lake, "care_graph", day), earlier_cases(spark, lake, day))
        found.update(cases=len(cases.rings), providers=len(cases.case_of()), refused_providers=cases.refused)
    with step("staging scored_providers") as found:
        lines = features.select("claim_id", "claim_line_ids")
        ranks = claims.select("claim_id", "provider_id", "fraud_rank")
        regained = provider_recovery(spark, lake, day, providers)
        judged = scored_providers(providers, scores, model, ranks, lines, cases.case_of(), regained).localCheckpoint()
        billed = totals(on_day(spark, lake, "provider_features", day))
        check_conserved("scored_providers", billed, totals(judged), "providers")
        changed["scored_providers"] = _stage(spark, out, judged, "scored_providers", provider_version, day, recipe)
        found.update(changed=changed["scored_providers"], recovery=f"{regained.book:.0%} {regained.basis}")
    with step("staging cases") as found:
        described = latest(lake.read_or_empty(spark, "providers"), ["provider_id"], day)
        same = lake.read_or_empty(spark, "provider_links").where(F.col("as_of") == F.lit(day))
        members = claims.select("claim_id", "provider_id", "member_id", "fraud_rank")
        rows = case_rows(cases, described, same, judged, members, lines).localCheckpoint()
        changed["cases"] = _stage(spark, out, rows, "cases", provider_version, day, recipe)
        found["changed"] = changed["cases"]
    return changed


def _stage(
    spark: SparkSession, lake: Lake, scored: DataFrame, table: str, model: RegisteredModel, day: date, recipe: str
) -> bool:
    stamped = scored.withColumns(
        {
            "as_of": F.lit(day),
            "model_name": F.lit(model.name),
            "model_version": F.lit(model.version),
            "run_id": F.lit(model.run_id),
            "scored_at": F.lit(datetime.now(UTC)),
        }
    ).selectExpr(*[f"cast(`{column.name}` as {column.type}) as `{column.name}`" for column in TABLES[table].columns])
    if same_as_staged(spark, lake, stamped, table, day):
        return False
    lake.stage(stamped, table, day, recipe)
    return True
