"""Who runs a command, for the audit log."""

from __future__ import annotations

import getpass
import os


def acting() -> str:
    """UNDERWATCH_ACTOR where a scheduler sets it, else the login name. Neither is proof of a person: the operating
    system's or the scheduler's own sign-in is."""
    try:
        return os.environ.get("UNDERWATCH_ACTOR") or getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"
