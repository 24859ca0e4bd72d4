from catalog.table import PROVENANCE, Column, Table

TABLE = Table(
    name="providers",
    layer="canonical",
    grain="One row per billing provider or physician per batch.",
    key=("provider_id", "batch_id"),
    partition="batch_id",
    readers="features, fraud models, reviewers",
    columns=(
        Column(
            "provider_id", "string", "Provider, also used as physician_id for kind physician", "key", nullable=False
        ),
        Column(
            "provider_kind", "string", "facility, practice, supplier, laboratory, pharmacy or physician", nullable=False
        ),
        Column("specialty", "string", "Specialty, or 'unknown' where the source does not say", nullable=False),
        Column("state", "string", "Two-letter state of practice"),
        Column("npi", "string", "National Provider Identifier, ten digits"),
        Column("tax_id", "string", "Tax identification number it bills under"),
        Column("provider_name", "string", "Name it bills under"),
        Column("zip_code", "string", "ZIP code of practice, five digits"),
        Column("effective_date", "date", "First day the provider was known to bill"),
        Column("known_date", "date", "Day this description became known", nullable=False),
        *PROVENANCE,
    ),
)
