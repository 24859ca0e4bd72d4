"""The archive of Spark's classes: used where it fits, passed over in silence where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs import spark_classes
from jobs.spark_classes import ARCHIVE, OPTIONS, add_driver_options, use_class_archive

START = """
from jobs import spark_classes
from pathlib import Path
spark_classes.ARCHIVE = Path({archive!r})
from jobs.spark import spark_session
with spark_session("start", "local[1]") as spark:
    assert spark.range(3).count() == 3
"""


def start(archive: Path, options: str = "") -> subprocess.CompletedProcess[str]:
    """A driver that looks for the archive there, and works."""
    environment = {key: value for key, value in os.environ.items() if key != OPTIONS} | {OPTIONS: options}
    code = START.format(archive=str(archive))
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)


@pytest.mark.slow
@pytest.mark.skipif(not ARCHIVE.is_file(), reason="there is no archive of Spark's classes here; run `make setup`")
def test_a_driver_maps_the_classes_that_were_kept(tmp_path: Path) -> None:
    loaded = tmp_path / "loaded.log"
    start(ARCHIVE, f"-Xlog:class+load:file={loaded}")
    sources = [line.split("source: ")[1] for line in loaded.read_text().splitlines() if " org.apache.spark." in line]
    mapped = sum("shared objects file" in source for source in sources)
    assert mapped > 1000
    assert mapped > 9 * sum(source.startswith("file:") for source in sources)


@pytest.mark.slow
def test_an_archive_that_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    damaged = tmp_path / "spark-classes.jsa"
    damaged.write_bytes(b"of another Java" * 1000)
    with_it, without = start(damaged), start(tmp_path / "absent.jsa")
    assert with_it.stdout == without.stdout
    assert len(with_it.stderr.splitlines()) == len(without.stderr.splitlines())


def test_options_are_added_once_and_beside_the_user_s_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = {OPTIONS: "-Xss4m"}
    for _ in range(2):
        add_driver_options(environment, "-XX:+UseSerialGC")
    assert environment == {OPTIONS: "-Xss4m -XX:+UseSerialGC"}
    monkeypatch.setattr(spark_classes, "ARCHIVE", tmp_path / "absent.jsa")
    monkeypatch.setenv(OPTIONS, "-Xss4m")
    use_class_archive()
    assert os.environ[OPTIONS] == "-Xss4m"
