"""The gate between a trained version and scoring: named parts, each passed, warned or refused, with its figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

FILE = "gate.json"
"""Where a run keeps the gate of the version it trained."""
PASSED, WARNED, REFUSED = "passed", "warned", "refused"


@dataclass(frozen=True)
class Part:
    """One question the gate asks. `why` is a sentence for a person, `figures` are what it was answered from."""

    name: str
    status: str
    why: str
    figures: Mapping[str, float] = field(default_factory=dict)

    def same_as(self, other: Part | None) -> bool:
        """Equal to the last digit; a figure that is no number equals its like."""
        return other is not None and json.dumps(asdict(self)) == json.dumps(asdict(other))


@dataclass(frozen=True)
class Gate:
    """All parts. `champion` is the version that scored when the question was asked; empty where none did."""

    parts: tuple[Part, ...]
    champion: str = ""

    @property
    def refused(self) -> list[Part]:
        return [part for part in self.parts if part.status == REFUSED]

    @property
    def warned(self) -> list[Part]:
        return [part for part in self.parts if part.status == WARNED]

    @property
    def status(self) -> str:
        """The worst of its parts."""
        return REFUSED if self.refused else WARNED if self.warned else PASSED

    @property
    def verdict(self) -> str:
        """Why in words: what refused it, or else its quality and what a person should look at."""
        if self.refused:
            return "; ".join(part.why for part in self.refused)
        quality = [part.why for part in self.parts if part.name == "quality"]
        return "; ".join([*quality, *(f"look at {part.name}: {part.why}" for part in self.warned)])

    def to_json(self) -> str:
        return json.dumps({"champion": self.champion, "parts": [asdict(part) for part in self.parts]}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Gate:
        said = json.loads(text)
        return cls(tuple(Part(**part) for part in said["parts"]), said["champion"])


def digest(text: str) -> str:
    """SHA-256 of a gate's JSON: what the audit log holds of it."""
    return hashlib.sha256(text.encode()).hexdigest()
