from catalog.table import Column, Table

TABLE = Table(
    name="provider_links",
    layer="audit",
    grain="One row per pair of provider ids that was judged, as of a date.",
    key=("as_of", "left_provider_id", "right_provider_id"),
    partition="as_of",
    readers="reviewers, reasons of cases; no job needs it, and without it every provider id is a provider",
    columns=(
        Column("as_of", "date", "Only descriptions known on this day are used", "key", nullable=False),
        Column("left_provider_id", "string", "The smaller provider_id of the pair", "key", nullable=False),
        Column("right_provider_id", "string", "The greater one", "key", nullable=False),
        Column("match_probability", "double", "How likely the two are one provider", unit="share 0..1", nullable=False),
        Column("match_weight", "double", "The same as log2 of the odds", nullable=False),
        Column(
            "basis",
            "string",
            "What agreed, joined by commas: npi, tax_id, name, zip_code, specialty; empty: nothing",
            nullable=False,
        ),
        Column(
            "linked",
            "boolean",
            "match_probability is at or above the threshold, and there is no npi_conflict",
            nullable=False,
        ),
        Column(
            "npi_conflict",
            "boolean",
            "Likely enough, but the link would draw two NPIs into one provider, so it is withheld",
            nullable=False,
        ),
        Column(
            "provider_entity_id",
            "string",
            "The provider that both belong to: the smallest provider_id linked to them, directly or by way of others; null where they belong to different ones",
        ),
        Column("threshold", "double", "Probability from which a pair is linked", unit="share 0..1", nullable=False),
        Column("model_version", "string", "Version of the weights that judged", "lineage", nullable=False),
    ),
)
