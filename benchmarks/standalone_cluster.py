"""A Spark standalone cluster on this machine: a master and two workers, from the pyspark that is installed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyspark

from benchmarks.host_network import LOOPBACK, Host
from jobs.processes import free_port

HOME = Path(__file__).resolve().parent.parent
_SPARK = Path(pyspark.__file__).parent
_SECONDS_TO_START = 120


class Cluster:
    """Master and driver at `home`, a worker on each of `hosts`: loopback where nothing is said. Web pages are off. Each
    worker gives one core and `worker_mb` of memory to one executor."""

    def __init__(
        self, folder: Path, worker_mb: int = 1200, home: Host = LOOPBACK, hosts: Sequence[Host] = (LOOPBACK, LOOPBACK)
    ) -> None:
        self.folder, self.worker_mb, self.home, self.hosts = folder, worker_mb, home, hosts
        self.port = free_port()
        self.master = f"spark://{home.address}:{self.port}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> dict[str, str]:
        """What a driver needs to find the cluster's settings, and workers to find this code."""
        return {
            **os.environ,
            "SPARK_HOME": str(_SPARK),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_IP": self.home.address,
            "SPARK_DAEMON_MEMORY": "256m",
            "PYSPARK_PYTHON": sys.executable,
            "PYTHONPATH": str(HOME),
        }

    def start(self) -> None:
        """Raises TimeoutError where a worker does not register."""
        conf = self.folder / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        settings = {
            "spark.executor.memory": f"{self.worker_mb - 400}m",
            "spark.executor.cores": "1",
            "spark.driver.host": self.home.address,
            "spark.driver.bindAddress": self.home.address,
            # A worker that is gone is noticed within seconds.
            "spark.network.timeout": "60s",
            "spark.executor.heartbeatInterval": "5s",
        }
        lines = "".join(f"{key} {value}\n" for key, value in settings.items())
        (conf / "spark-defaults.conf").write_text(lines)
        master = ["org.apache.spark.deploy.master.Master", *_place(self.home), "--port", str(self.port)]
        self._start("master", self.home, *master)
        for number, host in enumerate(self.hosts, 1):
            size = ["--cores", "1", "--memory", f"{self.worker_mb}m", "--work-dir", str(self.folder / f"work-{number}")]
            worker = ["org.apache.spark.deploy.worker.Worker", *_place(host), *size, self.master]
            self._start(f"worker-{number}", host, *worker)
        deadline = time.monotonic() + _SECONDS_TO_START
        while self._log("master").count("Registering worker") < len(self.hosts):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the workers did not register; see the logs in {self.folder}")
            time.sleep(0.2)

    def kill_worker(self, number: int) -> None:
        """kill -9 of a worker and of its executors."""
        self._kill(f"worker-{number}")

    def shuffle_files(self, number: int) -> set[Path]:
        """What a worker's executor has written for others to fetch, in jobs that still run."""
        found = os.walk(self._local(f"worker-{number}"))  # folders of ended jobs may vanish meanwhile
        return {Path(folder, name) for folder, _, names in found for name in names if name.startswith("shuffle_")}

    def stop(self) -> None:
        for name in list(self._processes):
            self._kill(name)

    def _start(self, name: str, host: Host, *command: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [*host.within, str(_SPARK / "bin" / "spark-class"), *command],
                env={
                    **self.environment,
                    "SPARK_LOCAL_IP": host.address,
                    "SPARK_LOCAL_DIRS": str(self._local(name)),
                },
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that a worker goes together with its executors
            )

    def _kill(self, name: str) -> None:
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)

    def _local(self, name: str) -> Path:
        return self.folder / f"{name}-local"

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


def _place(host: Host) -> list[str]:
    return ["--host", host.address, "--webui-port", "0"]


@contextlib.contextmanager
def standalone_cluster(
    folder: Path, home: Host = LOOPBACK, hosts: Sequence[Host] = (LOOPBACK, LOOPBACK)
) -> Iterator[Cluster]:
    """A running cluster whose logs and work lie in `folder`; nothing of it runs on afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder, home=home, hosts=hosts)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
