"""The synthetic delivery that `underwatch run` makes for itself, made once for the same options and generator."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import sources.synthetic
from catalog.errors import UnderwatchError


class NotGenerated(UnderwatchError):
    """The generator failed; its own message, above, names the mend."""


def ensure_synthetic(delivery: Path, members: int, months: int, seed: int) -> bool:
    """Generate the delivery unless it is there; return whether it was generated.

    A folder that was filled by other means is used as it is. One that this function filled is filled again when the
    options or the generator changed: what made it is told by `<delivery>.json` beside it.
    """
    marker = delivery.with_name(delivery.name + ".json")
    wanted = {"members": members, "months": months, "seed": seed, "generator": _generator_version()}
    if delivery.is_dir() and any(delivery.iterdir()) and (not marker.exists() or _read(marker) == wanted):
        return False
    command = [
        sys.executable,
        "-m",
        "jobs.cli",
        "generate",
        f"--members={members}",
        f"--months={months}",
        f"--seed={seed}",
        f"--out={delivery}",
    ]
    if code := subprocess.run(command, check=False).returncode:
        failure = NotGenerated("no synthetic delivery was written; see the message above")
        failure.exit_code = code
        raise failure
    # Last: a marker that does not match its folder, as after a kill, has the folder filled again.
    marker.write_text(json.dumps(wanted, indent=2) + "\n")
    return True


def _read(marker: Path) -> object:
    try:
        return json.loads(marker.read_text())
    except ValueError:
        return None


def _generator_version() -> str:
    digest = hashlib.sha256()
    for folder in sources.synthetic.__path__:
        for file in sorted(Path(folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
