from catalog.table import Column, Table

TABLE = Table(
    name="holdout_predictions",
    layer="audit",
    grain="One row per model version and case with a known outcome that the version never learnt from.",
    key=("version_id", "target_id"),
    partition="version_id",
    readers="the gate that promotes a version, whoever approves it, and monitoring; nothing is published from it",
    columns=(
        Column("version_id", "string", "Model and version, such as risk_cost-3", "key", nullable=False),
        Column("model_name", "string", "Registered model", nullable=False),
        Column("model_version", "string", "Version of that model", nullable=False),
        Column("as_of", "date", "Day the version was trained as of", nullable=False),
        Column("target_type", "string", "provider, claim or member", nullable=False),
        Column("target_id", "string", "provider_id, claim_id or the member's token", "key", nullable=False),
        Column("holdout", "string", "What the cases are, in words", nullable=False),
        Column("fold", "int", "Cross-fitting fold in which the case was held out, where there are folds"),
        Column("drawn_with", "string", "Group that a bootstrap draws whole, such as a claim's provider"),
        Column(
            "weight", "double", "Weight of the case: covered share of the horizon", unit="share 0..1", nullable=False
        ),
        Column(
            "actual",
            "double",
            "1 confirmed, 0 cleared; of a member the cost per year of coverage",
            unit="0 or 1, or USD",
            nullable=False,
        ),
        Column(
            "predicted",
            "double",
            "Probability or expected cost by the version; null where it has no probability",
            unit="share 0..1, or USD",
        ),
        Column("margin", "double", "What ranks the case, where that is no probability"),
        Column("lower", "double", "Lower end of the 90 % interval", unit="USD"),
        Column("upper", "double", "Upper end of the 90 % interval", unit="USD"),
        Column(
            "champion_predicted",
            "double",
            "What the champion of that time says of the same case",
            unit="share 0..1, or USD",
        ),
        Column("champion_margin", "double", "The champion's margin of the same case"),
        Column(
            "again_margin",
            "double",
            "What ranks the case after the same training with another seed: a margin, or a member's expected cost",
        ),
        Column(
            "left_out_with",
            "string",
            "Scheme that trees learnt nothing of before they judged the case: its own where it is confirmed; null where none was left out",
        ),
        Column("unseen_margin", "double", "Margin of those trees"),
    ),
)
