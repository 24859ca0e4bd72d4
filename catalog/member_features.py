from catalog.table import Column, Table

_HAS = "Diagnosed with {name} in the last 12 months ({{value}} for yes; {{expected}} is typical)"


def _condition(name: str, column: str, words: str) -> Column:
    return Column(
        column, "double", f"1 if a claim of the look-back carries a diagnosis of {words}", "feature", "0 or 1",
        code=name, reason=_HAS.format(name=words),
    )


TABLE = Table(
    name="member_features",
    layer="feature",
    grain="One row per member covered on a date.",
    key=("member_id", "as_of"),
    partition="as_of",
    readers="risk models, underwriters through reasons",
    columns=(
        Column("member_id", "string", "Insured person", "key", nullable=False),
        Column("as_of", "date", "Nothing learnt after this day is used", "key", nullable=False),
        Column("market", "string", "Market of the span that covers as_of", nullable=False),
        Column("group_id", "string", "Employer or association group of that span"),
        Column("state", "string", "Two-letter state of residence"),
        Column("age_band", "string", "Age in whole years as of the day: 0-17, 18-34, 35-44, 45-54, 55-64, 65-74, 75-84, 85+ or unknown", nullable=False),
        Column("months_observed", "int", "Months of the 12-month look-back with medical coverage and claims delivered", unit="months", nullable=False),
        Column("age", "double", "Age in years", "feature", "years", code="AGE", reason="Is {value} years old; the average is {expected}"),
        Column("sex_male", "double", "1 male, 0 female; null if unknown", "feature", "0 or 1", code="SEX", reason="Sex ({value} for male; the average is {expected})"),
        Column("observed_months", "double", "months_observed as a number", "feature", "months", code="MONTHS_OBSERVED", reason="Claims history covers {value} of the last 12 months; the average is {expected}"),
        Column("cost_12m", "double", "Allowed amount in the look-back, all claims", "feature", "USD", code="COST_LAST_YEAR", reason="Cost {value} in the last 12 months; the average is {expected}"),
        Column("cost_inpatient_12m", "double", "Allowed on inpatient claims", "feature", "USD", code="INPATIENT_COST", reason="Cost {value} in hospital stays in the last 12 months; the average is {expected}"),
        Column("cost_outpatient_12m", "double", "Allowed on outpatient claims", "feature", "USD", code="OUTPATIENT_COST", reason="Cost {value} in outpatient facilities in the last 12 months; the average is {expected}"),
        Column("cost_professional_12m", "double", "Allowed on professional claims", "feature", "USD", code="PROFESSIONAL_COST", reason="Cost {value} in professional services in the last 12 months; the average is {expected}"),
        Column("cost_pharmacy_12m", "double", "Allowed on pharmacy claims", "feature", "USD", code="PHARMACY_COST", reason="Cost {value} in drugs in the last 12 months; the average is {expected}"),
        Column("cost_3m", "double", "Allowed amount in the last three months", "feature", "USD", code="RECENT_COST", reason="Cost {value} in the last three months; the average is {expected}"),
        Column("cost_prior_year", "double", "Allowed amount in the 12 months before the look-back", "feature", "USD", code="COST_YEAR_BEFORE", reason="Cost {value} in the year before last; the average is {expected}"),
        Column("cost_trend", "double", "Log of (last six months' cost + 100) over (the six before + 100)", "feature", "log ratio", code="COST_TREND", reason="Cost trend over the last year is {value} (log ratio of its halves); the average is {expected}"),
        Column("top_month_share", "double", "Share of the look-back's cost in its costliest month; null without cost", "feature", "share 0..1", code="COST_IN_ONE_MONTH", reason="A share of {value} of the year's cost fell in one month; the average is {expected}"),
        Column("active_months", "double", "Months of the look-back with any cost", "feature", "months", code="ACTIVE_MONTHS", reason="Had care in {value} of the last 12 months; the average is {expected}"),
        Column("admissions", "double", "Inpatient claims in the look-back", "feature", "admissions", code="ADMISSIONS", reason="Was admitted {value} times in the last 12 months; the average is {expected}"),
        Column("inpatient_days", "double", "Nights of inpatient claims in the look-back", "feature", "days", code="INPATIENT_DAYS", reason="Spent {value} nights in hospital in the last 12 months; the average is {expected}"),
        Column("emergency_visits", "double", "Days with an emergency department service", "feature", "visits", code="EMERGENCY_VISITS", reason="Went to the emergency department {value} times in the last 12 months; the average is {expected}"),
        Column("office_visits", "double", "Days with an office or outpatient visit (CPT 99202-99215)", "feature", "visits", code="OFFICE_VISITS", reason="Had {value} office visits in the last 12 months; the average is {expected}"),
        Column("fills", "double", "Pharmacy fills", "feature", "fills", code="FILLS", reason="Had {value} prescriptions filled in the last 12 months; the average is {expected}"),
        Column("drug_count", "double", "Distinct drugs filled (first nine digits of the NDC: labeler and product)", "feature", "drugs", code="MANY_DRUGS", reason="Takes {value} different drugs; the average is {expected}"),
        Column("provider_count", "double", "Distinct billing providers seen", "feature", "providers", code="MANY_PROVIDERS", reason="Saw {value} providers in the last 12 months; the average is {expected}"),
        Column("diagnosis_category_count", "double", "Distinct diagnosis categories (first three characters)", "feature", "categories", code="MANY_DIAGNOSES", reason="Has diagnoses in {value} categories; the average is {expected}"),
        Column("condition_count", "double", "Chronic conditions flagged below", "feature", "conditions", code="CONDITION_COUNT", reason="Has {value} chronic conditions; the average is {expected}"),
        _condition("DIABETES", "has_diabetes", "diabetes"),
        _condition("HEART_FAILURE", "has_heart_failure", "heart failure"),
        _condition("CORONARY_DISEASE", "has_coronary_disease", "coronary artery disease"),
        _condition("STROKE", "has_stroke", "stroke or transient ischaemic attack"),
        _condition("COPD", "has_copd", "chronic obstructive lung disease"),
        _condition("KIDNEY_DISEASE", "has_kidney_disease", "chronic kidney disease"),
        _condition("END_STAGE_KIDNEY", "has_end_stage_kidney", "end-stage kidney disease or dialysis"),
        _condition("CANCER", "has_cancer", "cancer"),
        _condition("DEPRESSION", "has_depression", "depression"),
        _condition("DEMENTIA", "has_dementia", "dementia"),
        _condition("ARTHRITIS", "has_arthritis", "rheumatoid arthritis or osteoarthritis"),
        Column("panel_mean_cost", "double", "Mean cost_12m of the other members of the member's providers, averaged over the providers; null where no provider has another member", "feature", "USD", code="PROVIDERS_PANEL_COST", reason="Other members of the same providers cost {value} a year; the average is {expected}"),
    ),
)
