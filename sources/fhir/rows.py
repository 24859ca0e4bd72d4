"""Records of resources -> typed rows and canonical tables."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sources.claim_versions import with_versions
from sources.delivery import Delivery
from sources.fhir.resources import EOB, PATIENT
from sources.named_providers import named_providers
from sources.us_states import us_state

_DATES = (
    *("service_from", "service_through", "admission_date", "discharge_date", "received_date", "paid_date"),
    *("known_date", "birth_date", "death_date"),
)
_AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")
_MONEY = "decimal(14,2)"
_FIRST_DAY = "1900-01-01"


def parse(rows: DataFrame, delivery: Delivery) -> DataFrame:
    """Typed resources; see FileKind. `table` is where a claim goes: claim_lines or pharmacy_claims."""
    fills = F.col("claim_type") == "pharmacy"
    typed = rows.withColumns(
        {
            **{name: F.col(name).cast("date") for name in _DATES},
            **{name: F.col(name).try_cast(_MONEY) for name in _AMOUNTS},
            "failure": F.col("broken"),
            "preference": F.lit(0),
            "table_name": F.when(fills, "pharmacy_claims").when(F.col("resource") == PATIENT, "members"),
        }
    ).drop("broken")
    typed = typed.withColumn("table_name", F.coalesce("table_name", F.lit("claim_lines")))
    is_claim = F.coalesce((F.col("resource") == EOB) & F.col("failure").isNull(), F.lit(False))
    claims = with_versions(
        typed.where(is_claim), "last_updated", "resource_id", earlier=list(delivery.earlier.values())
    )
    first = F.col("lines")[0]["number"]
    number = F.when(F.col("table_name") == "pharmacy_claims", F.lit("1")).otherwise(first)
    claims = claims.withColumn("key", F.concat_ws("-", "claim_id", number, "claim_version"))
    others = typed.where(~is_claim).withColumns(
        {
            "claim_version": F.lit(None).cast("int"),
            "claim_frequency_code": F.lit(None).cast("string"),
            "key": F.concat(F.lit("Patient/"), F.col("member_id")),
        }
    )
    return claims.unionByName(others.drop("frequency"))


def canonical(rows: Mapping[str, DataFrame], _delivery: Delivery) -> dict[str, DataFrame]:
    """Claim lines, fills, members and providers of accepted rows."""
    resources = rows["resources"]
    claims = resources.where(F.col("resource") == EOB)
    lines = _lines(claims)
    medical, fills = F.col("claim_type") != "pharmacy", F.col("claim_type") == "pharmacy"
    return {
        "members": _members(resources),
        "providers": _providers(lines),
        "claim_lines": lines.where(medical),
        "pharmacy_claims": lines.where(fills).withColumn("dispensing_date", F.col("service_from")),
    }


def _lines(claims: DataFrame) -> DataFrame:
    """One row per item of a claim."""
    of_claim = [name for name in claims.columns if name not in ("lines", "service_from", "service_through", *_AMOUNTS)]
    each = claims.select(*of_claim, F.posexplode("lines").alias("position", "line"))
    # A fill is one item in every claim but a compound's; the catalog numbers it 1.
    of_fill = (F.col("position") + 1).cast("int")
    number = F.when(F.col("claim_type") == "pharmacy", of_fill).otherwise(F.col("line.number").cast("int"))
    texts = [
        *("provider_id", "provider_npi", "provider_tax_id", "physician_id", "referring_physician_id"),
        *("place_of_service_code", "revenue_center_code", "hcpcs_code", "hcpcs_modifier_1", "ndc_code"),
    ]
    by_date = F.when(F.col("service_through") < F.lit("2015-10-01").cast("date"), "icd-9-cm").otherwise("icd-10-cm")
    return each.withColumns(
        {
            **{name: F.col(f"line.{name}") for name in texts},
            **{name: F.col(f"line.{name}").cast("date") for name in ("service_from", "service_through")},
            **{name: F.col(f"line.{name}").cast(_MONEY) for name in _AMOUNTS},
            "service_unit_quantity": F.col("line.units").cast("double"),
            "quantity": F.col("line.units").cast("double"),
            "days_supply": F.col("line.days_supply").cast("int"),
            "claim_line_number": number,
            "claim_line_id": F.concat_ws("-", "claim_id", number, "claim_version"),
        }
    ).withColumn("diagnosis_code_type", F.coalesce("diagnosis_code_type", by_date))


def _members(resources: DataFrame) -> DataFrame:
    """One row per member: as a Patient describes them, else as claims name them: without birth, of unknown gender."""
    is_patient = F.col("resource") == PATIENT
    described = F.struct("birth_date", "death_date", "gender", "state", "file_name", "row_number")
    named = resources.groupBy("member_id").agg(
        F.min(F.when(is_patient, described)).alias("patient"),
        F.min(F.when(~is_patient, F.struct("file_name", "row_number"))).alias("claim"),
        F.min(F.when(~is_patient, F.col("known_date"))).alias("first_claim"),
        F.min(F.when(is_patient, F.col("known_date"))).alias("updated"),
    )
    # A Patient is described when last updated; one who has claims was known with the first of them.
    known = F.coalesce("first_claim", "updated", "patient.birth_date", F.lit(_FIRST_DAY).cast("date"))
    return named.select(
        "member_id",
        *[F.col(f"patient.{name}").alias(name) for name in ("birth_date", "death_date")],
        F.coalesce("patient.gender", F.lit("unknown")).alias("gender"),
        us_state(F.col("patient.state")).alias("state"),
        F.greatest(known, F.col("patient.birth_date")).alias("known_date"),
        *[
            F.coalesce(_place(name, "patient"), _place(name, "claim")).alias(name)
            for name in ("file_name", "row_number")
        ],
    )


def _place(name: str, of: str) -> Column:
    return F.col(f"{of}.{name}")


def _providers(lines: DataFrame) -> DataFrame:
    """One row per provider that the claims name, with the NPI and tax number they give."""
    told = {"npi": "provider_npi", "tax_id": "provider_tax_id"}
    named = named_providers(lines, bills=F.col("bills"), told=told)
    is_npi = F.col("provider_id").rlike("^[0-9]{10}$") & (F.col("provider_kind") == "physician")
    own = F.when(is_npi, F.col("provider_id"))
    return named.withColumn("npi", F.coalesce("npi", own))
