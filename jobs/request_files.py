"""A file that asks for quotes: JSON holds one request, CSV one request a row (for groups of the book)."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from catalog.errors import BadDelivery
from models.underwriting.uses import MARKETS, PURPOSES


class Listed(BaseModel):
    """One member of a list: identifier or token and, for those new to the lake, age (years) and sex."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    member_id: str = Field(min_length=1)
    age: float | None = None
    sex: str | None = None


class Asked(BaseModel):
    """One request. `reference` is the asker's own number: the same request under another one is asked anew."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    market: str = Field(pattern=f"^({'|'.join(MARKETS)})$")
    purpose: str = Field(pattern=f"^({'|'.join(PURPOSES)})$")
    requested_by: str = Field(min_length=1, max_length=200)
    jurisdiction: str = Field(default="US", pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    as_of: date | None = None
    group_id: str | None = Field(default=None, min_length=1)
    members: tuple[Listed, ...] | None = Field(default=None, min_length=1)
    adverse_above: float | None = Field(default=None, ge=1.0)
    reference: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _whom(self) -> Asked:
        if (self.group_id is None) == (self.members is None):
            raise ValueError("say whom to quote: group_id or members, not both")
        return self


def read_requests(file: Path) -> list[Asked]:
    """The requests of a file, all of them or none.

    Raises BadDelivery that names the row and the field, never what stood there: it may be an identifier.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        told = _rows(text) if file.suffix.lower() == ".csv" else [json.loads(text)]
    except (OSError, ValueError, csv.Error) as error:  # a JSON error's own text says where, but may quote the file
        raise BadDelivery(f"{file.name} cannot be read as {file.suffix[1:].upper()} ({type(error).__name__})") from None
    if not told:
        raise BadDelivery(f"{file.name} asks for nothing: below the header it needs a row for each request")
    return [_asked(one, f"{file.name} row {number}") for number, one in enumerate(told, start=1)]


def _rows(text: str) -> list[object]:
    """Cells left empty are as good as columns left out. strict: an unclosed quote must not swallow requests."""
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    return [{name or "a cell beyond the header": value for name, value in row.items() if value} for row in rows]


def _asked(told: object, where: str) -> Asked:
    try:
        return Asked.model_validate(told)
    except ValidationError as error:
        # `include_input=False` and no chained error: the input may hold identifiers.
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        said = "; ".join(f"{_place(one['loc'])}{one['msg']}" for one in wrong[:5])
    raise BadDelivery(f"{where}: {said}")


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the request, list entries counted from 1."""
    named = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    return f"{named}: " if named else ""
