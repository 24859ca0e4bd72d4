"""A whole Airflow for one run: its own folder, metadata database, port and secrets, gone when the run ends.

A fresh database costs three seconds and means that nothing an earlier, killed run left behind can hold this one up.
Only the components a batch needs are started: API server, scheduler and DAG processor (no task here defers, and a
task that waits for a person needs none either, so no triggerer). The folder stays, for its logs.
"""

from __future__ import annotations

import configparser
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import psutil

from catalog.errors import UnderwatchError
from jobs import shared_spark
from jobs.airflow_api import AirflowApi
from jobs.processes import ProcessFamily, free_port
from lake.staged import ENDS_WITH_RUN

HOME = Path(__file__).resolve().parent.parent
DAGS = HOME / "dags"
COMPONENTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}
SHARED_MODULES = {"approval", "assets", "breach", "run_facts", "spark_job"}
_RUNS_KEPT = 10


class AirflowUnavailable(UnderwatchError):
    """Airflow is not installed, did not start or stopped by itself."""

    exit_code = 10


@dataclass
class LocalAirflow:
    """A running Airflow. `folder` is its AIRFLOW_HOME, which also holds its components' logs; `program` is started in
    `environment`."""

    folder: Path
    url: str
    api: AirflowApi
    family: ProcessFamily
    program: Path
    environment: Mapping[str, str]
    components: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one of COMPONENTS, or start it again."""
        command = [str(self.program), *COMPONENTS[name]]
        self.components[name] = self.family.start(command, self.environment, HOME, self.folder / f"{name}.log")

    def check(self) -> None:
        """Raise AirflowUnavailable when a component has stopped by itself."""
        for name, process in self.components.items():
            if process.poll() is not None:
                log = self.folder / f"{name}.log"
                raise AirflowUnavailable(
                    f"Airflow's {name} stopped (code {process.returncode}):\n{_tail(log)}\nlog: {log}"
                )


@contextmanager
def local_airflow(
    runs: Path,
    master: str,
    programs: Path = HOME / "bin",
    share_spark: bool = False,
    accounts: Mapping[str, str] | None = None,
    database: str = "",
) -> Iterator[LocalAirflow]:
    """Start Airflow in a new folder under `runs`, yield it when healthy, and end all its processes afterwards.

    Spark runs at `master`, submitted by the spark-submit found in `programs`. `share_spark`: in one JVM for all jobs,
    which `master` has to be able to be (local[...]). `accounts`: further ones, name -> role in Airflow; all passwords
    are in the folder's password.json. `database`: SQLAlchemy URL of an empty metadata database; the folder's own
    SQLite where none is given.
    """
    airflow = Path(os.environ.get("UNDERWATCH_AIRFLOW", HOME / ".venv-airflow")).resolve() / "bin" / "airflow"
    if not airflow.exists():
        raise AirflowUnavailable(f"Airflow is not installed at {airflow}; run `make setup`")
    runs = runs.resolve()
    _sweep(runs)
    folder = runs / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "pid").write_text(str(os.getpid()))
    port = free_port()
    database = database or f"sqlite:///{folder}/airflow.db?timeout=60"
    password = _configure(folder, port, accounts or {}, database)
    env = _environment(folder, [programs, airflow.parent], master)
    family = ProcessFamily(folder / "processes")
    try:
        if share_spark:
            _share_spark(master, folder, env, family)
        _migrate(airflow, folder, env, family)
        url = f"http://127.0.0.1:{port}"
        running = LocalAirflow(folder, url, AirflowApi(url, password), family, airflow, env)
        for name in COMPONENTS:
            running.start(name)
        _wait_until_healthy(running, {file.stem for file in DAGS.glob("*.py")})
        yield running
    finally:
        family.stop()
        (folder / "pid").unlink(missing_ok=True)


def _configure(folder: Path, port: int, accounts: Mapping[str, str], database: str) -> str:
    """Write airflow.cfg and the passwords, of which that of admin is returned. Readable by this user alone."""
    roles = {"admin": "admin", **accounts}
    passwords = {name: secrets.token_urlsafe(18) for name in roles}
    options: dict[str, dict[str, object]] = {
        "core": {
            "dags_folder": DAGS,
            "load_examples": False,
            "executor": "LocalExecutor",
            "parallelism": 2,
            "dags_are_paused_at_creation": False,
            "fernet_key": "",
            "simple_auth_manager_users": ",".join(f"{name}:{role}" for name, role in roles.items()),
            "simple_auth_manager_passwords_file": folder / "password.json",
            "execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
            "dagbag_import_timeout": 120,
            "killed_task_cleanup_time": 10,
        },
        # Several processes write to one SQLite file: its timeout waits for the lock instead of failing.
        "database": {"sql_alchemy_conn": database},
        "api": {
            "host": "127.0.0.1",
            "port": port,
            "base_url": f"http://127.0.0.1:{port}",
            "workers": 1,
            "secret_key": secrets.token_urlsafe(32),
        },
        "api_auth": {"jwt_secret": secrets.token_urlsafe(64)},
        "logging": {"base_log_folder": folder / "logs", "colored_console_log": False},
        # The files do not change during the run, and a busy machine must not be taken for a dead one.
        "dag_processor": {
            "min_file_process_interval": 3600,
            "refresh_interval": 3600,
            "stale_dag_threshold": 86400,
            "dag_file_processor_timeout": 120,
            "print_stats_interval": 0,
            "parsing_processes": 2,
        },
        "scheduler": {
            "scheduler_heartbeat_sec": 5,
            "scheduler_health_check_threshold": 300,
            "task_instance_heartbeat_timeout": 900,
        },
        "workers": {"execution_api_timeout": 60},
        "usage_data_collection": {"enabled": False},
    }
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(
        {
            section: {key: str(value).replace("%", "%%") for key, value in values.items()}
            for section, values in options.items()
        }
    )
    with _private(folder / "password.json") as stream:
        json.dump(passwords, stream)
    with _private(folder / "airflow.cfg") as stream:
        parser.write(stream)
    return passwords["admin"]


def _private(path: Path) -> TextIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w")


def _environment(folder: Path, programs: list[Path], master: str) -> dict[str, str]:
    # Settings of another Airflow or another virtual environment must not leak in.
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("AIRFLOW_") and key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }
    return {
        **inherited,
        "AIRFLOW_HOME": str(folder),
        ENDS_WITH_RUN: "1",
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps({"conn_type": "spark", "host": master}),
        "PATH": os.pathsep.join([*map(str, programs), os.environ.get("PATH", "")]),
        # Airflow's components talk to each other over loopback, never through a proxy.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _share_spark(master: str, folder: Path, env: dict[str, str], family: ProcessFamily) -> None:
    """Start a JVM for all jobs. Nobody waits for it: a job that comes before it is there starts its own."""
    file = folder / "spark.json"
    family.start(
        [sys.executable, "-m", "jobs.shared_spark", master, str(file)],
        {**env, "PYTHONPATH": str(HOME)},
        HOME,
        folder / "spark.log",
    )
    env[shared_spark.VARIABLE] = str(file)


def _migrate(airflow: Path, folder: Path, env: dict[str, str], family: ProcessFamily) -> None:
    log = folder / "database.log"
    migration = family.start([str(airflow), "db", "migrate"], env, HOME, log)
    if migration.wait(timeout=300) != 0:
        raise AirflowUnavailable(f"Airflow could not prepare its database:\n{_tail(log)}\nlog: {log}")


def _wait_until_healthy(running: LocalAirflow, dag_files: set[str], seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        running.check()
        if running.api.healthy():
            if errors := running.api.import_errors():
                raise AirflowUnavailable("Airflow cannot read the DAG files:\n" + "\n".join(errors))
            # Each DAG is in a file of its name; the other files are shared modules. Wait for them all, or a
            # DAG read late would miss the asset event that should start it.
            if dag_files - SHARED_MODULES <= running.api.dag_ids():
                return
        time.sleep(0.5)
    raise AirflowUnavailable(f"Airflow was not ready after {seconds:.0f} s; see the logs in {running.folder}")


def _sweep(runs: Path) -> None:
    """End what runs whose command was killed left running, and drop the oldest folders."""
    folders = sorted(folder for folder in runs.glob("*Z-*") if folder.is_dir())
    finished = []
    for folder in folders:
        pid = folder / "pid"
        if pid.exists() and psutil.pid_exists(int(pid.read_text() or 0)):
            continue
        ProcessFamily(folder / "processes").stop()
        finished.append(folder)
    for folder in finished[: -_RUNS_KEPT + 1]:
        shutil.rmtree(folder, ignore_errors=True)


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""
