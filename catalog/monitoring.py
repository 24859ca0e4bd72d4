from catalog.table import Column, Table

TABLE = Table(
    name="monitoring",
    layer="audit",
    grain="One row per day looked at, kind of check, model and what was looked at (a column, a table, a share).",
    key=("as_of", "check_name", "model_name", "subject"),
    partition="as_of",
    readers="ML engineers: what moved since a model was trained; `underwatch monitor` writes it with a page of plots",
    columns=(
        Column("as_of", "date", "Day looked at", "key", nullable=False),
        Column(
            "check_name",
            "string",
            "feature_drift, missing, volume, mix, score_drift, calibration, precision, fairness or freshness",
            "key",
            nullable=False,
        ),
        Column("model_name", "string", "Registered model, or `data` where none is meant", "key", nullable=False),
        Column("subject", "string", "Column, table or share that was looked at", "key", nullable=False),
        Column("model_version", "string", "Champion on the day of looking; null where no model is meant"),
        Column("reference", "string", "What it was held against, in words", nullable=False),
        Column("before", "double", "The figure of the reference, where there is one"),
        Column("now", "double", "The figure now"),
        Column(
            "value",
            "double",
            "What the bound is about: an index, a difference or a ratio; null where nothing could be measured",
        ),
        Column("bound", "double", "The value from which it is a breach"),
        Column("cases", "bigint", "Rows or cases behind it", nullable=False),
        Column("alert", "string", "ok, breach or not_measured", nullable=False),
        Column("checked_at", "timestamp", "When it was looked at (UTC)", nullable=False),
    ),
)
