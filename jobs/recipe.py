"""How a published version was made: what has to be the same for the same rows to come out again."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import catalog
import features
import jobs
import models
from catalog import TABLES
from jobs.fingerprint import code_version
from jobs.policies import policy_versions
from lake import Lake
from models.registry import RegisteredModel, Registry

_LAYERS_READ = ("canonical", "feature", "policy")
_PACKAGES = ("pyspark", "numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "xgboost-cpu", "torch", "deltalake")


@dataclass(frozen=True)
class Recipe:
    """`tables`: lake table -> version read. `models`: name -> version, run, fingerprint of what it was trained from,
    SHA-256 of its files and the seed of its gate. `policies`: edits and limits behind the features. `code`: a hash of
    this product's Python files and code lists. Scoring itself draws nothing at random."""

    command: str
    as_of: str
    parameters: dict[str, float]
    tables: dict[str, int]
    models: dict[str, dict[str, str]]
    policies: dict[str, str]
    code: str
    packages: dict[str, str]

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        return cls(**json.loads(text))

    @property
    def model_versions(self) -> dict[str, str]:
        return {name: told["version"] for name, told in self.models.items()}


def recipe_of(
    lake: Lake, command: str, day: date, parameters: Mapping[str, float], scoring: Sequence[RegisteredModel]
) -> str:
    """The recipe of what `command` is about to make from a pinned lake, as JSON."""
    kept = ("fingerprint", "sha256", "gate_seed")
    told = {
        one.name: {"version": one.version, "run_id": one.run_id, **{tag: one.tags.get(tag, "") for tag in kept}}
        for one in scoring
    }
    made = Recipe(
        command=command,
        as_of=str(day),
        parameters=dict(parameters),
        tables=_read(lake, day),
        models=told,
        policies=policy_versions(lake),
        code=code_now(),
        packages=packages_now(),
    )
    return made.to_json()


def _read(lake: Lake, day: date) -> dict[str, int]:
    """Versions of the tables that scoring reads. Of the cases published before, those of the last day before."""
    kept = {name: number for name, number in (lake.at or {}).items() if TABLES[name].layer in _LAYERS_READ}
    if "provider_links" in (lake.at or {}):
        kept["provider_links"] = lake.version("provider_links")
    earlier = [value for value in lake.partitions("cases") if value < str(day)]
    return kept | ({"cases": lake.written("cases", earlier[-1])[0]} if earlier else {})


def scoring(registry: Registry, name: str, models: Mapping[str, str] | None) -> RegisteredModel:
    """The version that scores: the champion, or the one that a replay names. Raises ModelUnavailable."""
    if models is None:
        return registry.champion(name)
    found = registry.version(name, models[name])
    _ = found.folder  # damaged files are told before any scoring starts
    return found


@cache
def code_now() -> str:
    """Hash of the code that makes scores."""
    return code_version(jobs, catalog, features, models)


@cache
def packages_now() -> dict[str, str]:
    found = {}
    for name in ("underwatch", *_PACKAGES):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def digest(recipe: str) -> str:
    """SHA-256 of a recipe: what the audit log holds of it."""
    return hashlib.sha256(recipe.encode()).hexdigest()
