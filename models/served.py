"""The script MLflow stores with a registered version and runs to serve it (models from code: nothing is pickled).

A version's folder holds `served.json` with `{"predict": "module:function"}`; that function takes the folder and a
frame of the signature's input columns and returns the predictions as a frame. The code itself is stored beside the
files, so a version predicts with the code that trained it. Only MLflow imports this file.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd


class Served(mlflow.pyfunc.PythonModel):  # type: ignore[name-defined]
    """A registered version behind MLflow's generic `predict`."""

    def load_context(self, context: Any) -> None:
        self.folder = Path(context.artifacts["model"])
        module, function = json.loads((self.folder / "served.json").read_text())["predict"].split(":")
        self.function = getattr(importlib.import_module(module), function)

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        return self.function(self.folder, model_input)


mlflow.models.set_model(Served())
