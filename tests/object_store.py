"""An S3 server of the tests' own (moto), on a free port of loopback, with one bucket; stopped when they end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from jobs.processes import free_port

BUCKET = "insurer"


@dataclass(frozen=True)
class ObjectStore:
    """`environment` is what a process needs to find the store: the names are those of docs/runbook.md."""

    url: str
    environment: Mapping[str, str]


@contextmanager
def running_store() -> Iterator[ObjectStore]:
    port = free_port()
    server = Path(sys.executable).with_name("moto_server")
    process = subprocess.Popen(
        [server, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _make_bucket(port)
        yield ObjectStore(
            f"s3://{BUCKET}",
            {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ALLOW_HTTP": "true",
                "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "of-the-tests",
                "AWS_SECRET_ACCESS_KEY": "of-the-tests",
            },
        )
    finally:
        process.kill()
        process.wait(timeout=30)


def _make_bucket(port: int) -> None:
    """Once the server answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("PUT", f"/{BUCKET}")
            assert connection.getresponse().status == 200
            return
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
