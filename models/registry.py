"""Where trained models are kept: MLflow runs and registered versions. The only door to MLflow.

A version is a folder of safe files (XGBoost UBJ, safetensors, JSON) whose SHA-256 sums are tags of the version.
The alias `champion` names the version that scores. MLflow is imported on first use: it costs seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import math
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock
import pandas as pd

from catalog.errors import ModelUnavailable, NoChampion

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Set before MLflow is first imported.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")

CHAMPION = "champion"
CHALLENGER = "challenger"
VERDICT = "verdict"
"""Tag of a version: why it was promoted or not."""
SAFE_SUFFIXES = (".ubj", ".safetensors", ".json")
_PACKAGES = (
    "mlflow",
    "pandas",
    "numpy",
    "scipy",
    "scikit-learn",
    "xgboost-cpu",
    "xgboost",
    "torch",
    "torch-geometric",
    "safetensors",
    "filelock",
)
_TRAIN = {"fraud": "train-fraud", "risk": "train-risk"}


@dataclass(frozen=True)
class RegisteredModel:
    """One registered version. `metrics` are those of the run that trained it."""

    name: str
    version: str
    run_id: str
    tags: dict[str, str]
    metrics: dict[str, float]
    aliases: tuple[str, ...] = ()
    _uri: str = field(default="", repr=False)

    @property
    def fingerprint(self) -> str:
        """Content of data, parameters and code the version was trained from; empty if it was never finished."""
        return self.tags.get("fingerprint", "")

    @cached_property
    def folder(self) -> Path:
        """A local folder with the version's files. Raises ModelUnavailable when a file is missing or damaged."""
        import mlflow

        try:
            folder = Path(mlflow.artifacts.download_artifacts(self._uri)) / "artifacts" / "model"
        except Exception as error:  # MLflow raises a different class for each kind of store
            kind = type(error).__name__
            raise ModelUnavailable(f"the files of {self} cannot be read ({kind}); {self._mend}") from error
        recorded = json.loads(self.tags.get("sha256", "{}"))
        for file, digest in recorded.items():
            path = folder / file
            if not path.is_file() or _sha256(path) != digest:
                raise ModelUnavailable(f"file {file} of {self} is missing or damaged; {self._mend}")
        if not recorded:
            raise ModelUnavailable(f"{self} was never finished: it records no file sums; {self._mend}")
        return folder

    @property
    def intact(self) -> bool:
        """Whether the version's files are all there, as recorded."""
        try:
            return self.folder.is_dir()
        except ModelUnavailable:
            return False

    @property
    def _mend(self) -> str:
        return f"run `underwatch {_train_command(self.name)} --retrain always`"

    def __str__(self) -> str:
        return f"{self.name} version {self.version}"


class Run:
    """An MLflow run in progress."""

    def __init__(self, run_id: str, client: Any) -> None:
        self.run_id = run_id
        self._client = client

    def log_metrics(self, metrics: Mapping[str, float | None]) -> None:
        """Numbers of the run. Undefined ones (None, NaN, infinite) are left out: the store has no value for them."""
        import mlflow

        kept = {name: float(value) for name, value in metrics.items() if value is not None and math.isfinite(value)}
        mlflow.log_metrics(kept, run_id=self.run_id)

    def log_figure(self, figure: Figure, file: str) -> None:
        self._client.log_figure(self.run_id, figure, file)

    def log_table(self, table: pd.DataFrame, file: str) -> None:
        """A table shown in MLflow's run page. Never rows of members: aggregates only."""
        self._client.log_table(self.run_id, table, file)

    def log_text(self, text: str, file: str) -> None:
        self._client.log_text(self.run_id, text, file)


class Registry:
    """The model store of one lake: `<lake>/mlflow`, or the tracking server that UNDERWATCH_MLFLOW names."""

    def __init__(self, lake_root: str) -> None:
        self._external = os.environ.get("UNDERWATCH_MLFLOW", "")
        if not self._external and "://" in lake_root:
            raise ModelUnavailable(
                "a lake in an object store needs an MLflow server: set UNDERWATCH_MLFLOW to its tracking URI"
            )
        remote = "://" in lake_root
        self._home = Path(tempfile.gettempdir() if remote else Path(lake_root).resolve() / "mlflow")
        self._artifacts = f"{lake_root}/mlflow/artifacts" if remote else (self._home / "artifacts").as_uri()
        # Two trainings may write at once; SQLite's own wait of five seconds is short for that.
        self.uri = self._external or f"sqlite:///{self._home / 'mlflow.db'}?timeout=60"

    # -- training ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def run(self, experiment: str, name: str, params: Mapping[str, object], tags: Mapping[str, str]) -> Iterator[Run]:
        """A run in `experiment` ("fraud" or "risk"), marked failed when the block raises."""
        import mlflow

        client = self._client
        experiment_id = self._experiment(experiment)
        with mlflow.start_run(experiment_id=experiment_id, run_name=name, tags=dict(tags)) as active:
            mlflow.log_params({key: str(value)[:6000] for key, value in params.items()})
            yield Run(active.info.run_id, client)

    def register(
        self,
        run: Run,
        model_name: str,
        folder: Path,
        signature_input: pd.DataFrame,
        signature_output: pd.DataFrame,
        fingerprint: str,
        tags: Mapping[str, str],
        predictor: str = "",
    ) -> str:
        """Store `folder` as the next version of `model_name` and return that version.

        `predictor` is the "module:function" that serves it (see models/served.py); where empty the folder brings
        its own `served.json`. Raises ValueError for a file that is not of a safe format. The frames give
        MLflow the signature (column names and types); no row of them is stored.
        """
        import mlflow

        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(shutil.copytree(folder, Path(scratch) / "model"))
            if predictor:
                (copy / "served.json").write_text(json.dumps({"predict": predictor}))
            sums = _sums(copy)
            here = Path(__file__).parent
            logged = mlflow.pyfunc.log_model(
                name=model_name,
                python_model=str(here / "served.py"),
                artifacts={"model": str(copy)},
                code_paths=[str(here), str(here.parent / "catalog")],
                signature=mlflow.models.infer_signature(signature_input, signature_output),
                pip_requirements=_requirements(),
            )
        made = self._new_version(model_name, logged)
        stamped = {**tags, "sha256": json.dumps(sums, sort_keys=True), "trained_by": run.run_id}
        for key, value in stamped.items():
            self._client.set_model_version_tag(model_name, made.version, key, str(value))
        # The fingerprint last: it alone says that the version is whole.
        self._client.set_model_version_tag(model_name, made.version, "fingerprint", fingerprint)
        return str(made.version)

    def promote(self, model_name: str, version: str) -> None:
        """Make `version` the one that scores."""
        self.set_alias(model_name, CHAMPION, version)

    def say_verdict(self, model_name: str, version: str, why: str) -> None:
        """Keep with the version why it was promoted or not."""
        self._client.set_model_version_tag(model_name, version, VERDICT, why)

    def tag(self, model_name: str, version: str, tags: Mapping[str, str]) -> None:
        for key, value in tags.items():
            self._client.set_model_version_tag(model_name, version, key, str(value))

    def set_alias(self, model_name: str, alias: str, version: str) -> None:
        self._client.set_registered_model_alias(model_name, alias, version)

    def drop_alias(self, model_name: str, alias: str) -> None:
        """Take an alias away; nothing happens where it is not set."""
        if self.aliased(model_name, alias):
            self._client.delete_registered_model_alias(model_name, alias)

    # -- scoring -------------------------------------------------------------------------------

    def champion(self, model_name: str) -> RegisteredModel:
        """The version that scores. Raises ModelUnavailable when there is none or its files are damaged, and NoChampion
        when versions were trained and none was promoted."""
        found = self.aliased(model_name, CHAMPION)
        if found is None:
            newest = self.newest(model_name)
            if newest and (why := newest.tags.get(VERDICT)):
                raise NoChampion(f"no version of {model_name} is champion. Version {newest.version}: {why}")
            command = _train_command(model_name)
            raise ModelUnavailable(f"no version of {model_name} is champion; run `underwatch {command}` first")
        _ = found.folder  # damaged files are told before any scoring starts
        return found

    def aliased(self, model_name: str, alias: str) -> RegisteredModel | None:
        """The version under an alias, or None. Raises ModelUnavailable where the store does not answer."""
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return self._described(self._client.get_model_version_by_alias(model_name, alias))
        except (MlflowException, SQLAlchemyError) as error:
            if getattr(error, "error_code", "") in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise ModelUnavailable(
                "the model store does not answer, or not as one: see that MLflow (UNDERWATCH_MLFLOW, or the lake's own "
                f"mlflow/mlflow.db) is up and whole, and run it again ({type(error).__name__})"
            ) from error

    def newest(self, model_name: str) -> RegisteredModel | None:
        """The last registered version, champion or not, or None."""
        versions = self._client.search_model_versions(f"name = '{model_name}'")
        if not versions:
            return None
        # Searched versions come without their aliases.
        last = max(versions, key=lambda version: int(version.version))
        return self._described(self._client.get_model_version(model_name, last.version))

    def version(self, model_name: str, version: str) -> RegisteredModel:
        """One version. Raises ModelUnavailable where there is none."""
        from mlflow.exceptions import MlflowException

        try:
            return self._described(self._client.get_model_version(model_name, version))
        except MlflowException:
            known = ", ".join(one.version for one in self.versions(model_name))
            raise ModelUnavailable(
                f"there is no version {version} of {model_name}; " + (f"versions are {known}" if known else "none is")
            ) from None

    def versions(self, model_name: str) -> list[RegisteredModel]:
        """Every version, oldest first; without their aliases."""
        found = self._client.search_model_versions(f"name = '{model_name}'")
        return [self._described(one) for one in sorted(found, key=lambda one: int(one.version))]

    def params(self, model: RegisteredModel) -> dict[str, str]:
        """Parameters of the run that trained the version."""
        return dict(self._client.get_run(model.run_id).data.params)

    def names(self) -> list[str]:
        """Names of all registered models."""
        return sorted(model.name for model in self._client.search_registered_models())

    def text(self, model: RegisteredModel, file: str) -> str:
        """A text that the run which trained the version logged. Raises ModelUnavailable where it is not there."""
        import mlflow

        _ = self._client  # sets where MLflow looks
        try:
            return str(mlflow.artifacts.load_text(f"runs:/{model.run_id}/{file}"))
        except Exception as error:  # MLflow raises a different class for each kind of store
            raise ModelUnavailable(f"{file} of {model} cannot be read ({type(error).__name__})") from error

    def files(self, model: RegisteredModel) -> list[str]:
        """Names of the files that the run which trained the version logged, folders left out."""
        return sorted(one.path for one in self._client.list_artifacts(model.run_id) if not one.is_dir)

    def content(self, model: RegisteredModel, file: str) -> bytes:
        """Such a file, whole. Raises ModelUnavailable where it is not there."""
        if file not in self.files(model):
            raise ModelUnavailable(f"{model} has no file {file}")
        with tempfile.TemporaryDirectory(prefix="underwatch-file-") as folder:
            return Path(self._client.download_artifacts(model.run_id, file, folder)).read_bytes()

    def page(self, model: RegisteredModel) -> str:
        """Address of the run that trained the version; empty where the store is no server that a browser reaches."""
        if not self._external.startswith(("http://", "https://")):
            return ""
        experiment = self._client.get_run(model.run_id).info.experiment_id
        return f"{self._external.rstrip('/')}/#/experiments/{experiment}/runs/{model.run_id}"

    def log_text(self, model: RegisteredModel, text: str, file: str) -> None:
        """Add a text to the run that trained the version, or replace it."""
        self._client.log_text(model.run_id, text, file)

    def exclusively(self) -> filelock.BaseFileLock:
        """Held by one process at a time, on this machine: for reading aliases and then moving them."""
        self._home.mkdir(parents=True, exist_ok=True)
        return filelock.FileLock(self._home / ".underwatch-promotion.lock", timeout=300)

    # -- inside --------------------------------------------------------------------------------

    @cached_property
    def _client(self) -> Any:
        import mlflow

        importlib.import_module("mlflow.pyfunc")
        # MLflow asks for an input example and for type hints; an example would be rows of members.
        warnings.filterwarnings("ignore", message=".*(type hint|input example)", category=UserWarning)
        self._home.mkdir(parents=True, exist_ok=True)
        mlflow.set_tracking_uri(self.uri)
        mlflow.set_registry_uri(self.uri)
        with self._lock():  # the first client creates the store's tables; two processes doing so at once fail
            return mlflow.MlflowClient(self.uri, self.uri)

    def _new_version(self, model_name: str, logged: Any) -> Any:
        from mlflow.exceptions import MlflowException

        with contextlib.suppress(MlflowException):  # it exists already
            self._client.create_registered_model(model_name)
        return self._client.create_model_version(
            model_name, logged.model_uri, run_id=logged.run_id, model_id=logged.model_id
        )

    def _experiment(self, name: str) -> str:
        with self._lock():
            found = self._client.get_experiment_by_name(name)
            if found is not None:
                return str(found.experiment_id)
            # An external server keeps artifacts where it is configured to.
            place = None if self._external else f"{self._artifacts}/{name}"
            return str(self._client.create_experiment(name, artifact_location=place))

    def _lock(self) -> filelock.BaseFileLock:
        return filelock.FileLock(self._home / ".underwatch-store.lock", timeout=300)

    def _described(self, found: Any) -> RegisteredModel:
        run = self._client.get_run(found.run_id) if found.run_id else None
        return RegisteredModel(
            name=found.name,
            version=str(found.version),
            run_id=found.run_id or "",
            tags=dict(found.tags),
            metrics=dict(run.data.metrics) if run else {},
            aliases=tuple(found.aliases or ()),
            _uri=f"models:/{found.name}/{found.version}",
        )


def has_store(lake_root: str) -> bool:
    """Whether there is a model store to ask: a server, or the lake's own database. Asking Registry makes the latter."""
    return "UNDERWATCH_MLFLOW" in os.environ or own_store(lake_root).exists()


def own_store(lake_root: str) -> Path:
    """The database of the lake's own model store."""
    return Path(lake_root).resolve() / "mlflow" / "mlflow.db"


def _sums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    unsafe = [path.name for path in files if path.suffix not in SAFE_SUFFIXES]
    if unsafe:
        raise ValueError(f"{unsafe} are not of a safe format; write models as {', '.join(SAFE_SUFFIXES)}")
    return {str(path.relative_to(folder)): _sha256(path) for path in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _requirements() -> list[str]:
    pins = []
    for package in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            pins.append(f"{package}=={version(package)}")
    return pins


def _train_command(model_name: str) -> str:
    command = _TRAIN.get(model_name.split("_")[0], "train-risk")
    for word in ("without", "only"):  # risk models of fewer features, see models/risk/names.py
        _, found, fields = model_name.partition(f"_{word}_")
        if found:
            command += f" --{word} {fields.replace('-', ',')}"
    return command
