"""A served model of the tests: doubles what it is given."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd


def predict(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"double": frame["amount"] * json.loads((folder / "model.json").read_text())["times"]})
