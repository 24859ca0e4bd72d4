from catalog import TABLES
from expectations.check import STOP, WARN, Check, between, filled, holds, matches, one_of, refers
from expectations.standard import claim_versions, standard

CHECKS: tuple[Check, ...] = (
    *standard(TABLES["claim_lines"]),
    *claim_versions(),
    one_of("claim_type", "inpatient", "outpatient", "professional"),
    between("claim_line_number", 1, 9_999),
    holds("service_from is on or before service_through", "service_from <= service_through"),
    holds("admission_date is on or before discharge_date", "admission_date <= discharge_date"),
    holds("service_from lies between 1980 and known_date", "service_from between date'1980-01-01' and known_date"),
    refers("member_id", "members", "member_id", STOP, 0.99),
    refers("provider_id", "providers", "provider_id", WARN, 0.99),
    filled("provider_id", WARN, 0.99),
    one_of("diagnosis_code_type", "icd-9-cm", "icd-10-cm"),
    holds(
        "diagnosis_codes have no dots or blanks", "not exists(diagnosis_codes, d -> d rlike '[^A-Z0-9]')", WARN, 0.99
    ),
    matches("hcpcs_code", "^[A-Z0-9]{5}$", "has five characters", mostly=0.99),
    matches("drg_code", "^([0-9]{3}|OTH)$", "is a DRG", mostly=0.99),
    between("service_unit_quantity", 0, 100_000, WARN, 0.999),
)
