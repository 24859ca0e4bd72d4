"""Hosts of their own on one machine: Linux network namespaces on a bridge, whose cables can be pulled."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_NAME = "uwhost"
_SUBNET = "10.89.77"


@dataclass(frozen=True)
class Host:
    """Where a process can run: what its command begins with, and the address it is reached at."""

    address: str = "127.0.0.1"
    within: tuple[str, ...] = ()
    cable: str = ""

    def cut(self) -> None:
        """Pull the cable: nothing arrives any more, and nobody is told."""
        _ip("link", "set", self.cable, "down")

    def mend(self) -> None:
        _ip("link", "set", self.cable, "up")


LOOPBACK = Host()


def can_make_hosts() -> bool:
    """Whether this user may make network namespaces (root, and the program `ip`)."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    made = _ip("netns", "add", f"{_NAME}-try", check=False)
    _ip("netns", "delete", f"{_NAME}-try", check=False)
    return made == 0


@contextmanager
def hosts(count: int) -> Iterator[tuple[Host, list[Host]]]:
    """This machine as others see it, and `count` hosts beside it; they see each other and nothing else."""
    bridge, names = f"{_NAME}br", [f"{_NAME}{number}" for number in range(1, count + 1)]
    _sweep(bridge, names)
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", f"{_SUBNET}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        yield Host(f"{_SUBNET}.1"), [_host(name, bridge, number + 2) for number, name in enumerate(names)]
    finally:
        _sweep(bridge, names)


def _host(name: str, bridge: str, number: int) -> Host:
    cable, address = f"{name}cable", f"{_SUBNET}.{number}"
    _ip("netns", "add", name)
    _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", cable, "master", bridge, "up")
    _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
    for device in ("lo", "eth0"):
        _ip("-n", name, "link", "set", device, "up")
    return Host(address, ("ip", "netns", "exec", name), cable)


def _sweep(bridge: str, names: list[str]) -> None:
    """A namespace takes its end of the cable along, and with it the other."""
    for name in names:
        _ip("netns", "delete", name, check=False)
    _ip("link", "delete", bridge, check=False)


def _ip(*words: str, check: bool = True) -> int:
    return subprocess.run(["ip", *words], check=check, capture_output=True).returncode
