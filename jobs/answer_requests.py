from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from filelock import FileLock

from catalog.errors import BadDelivery, NothingToDo, UnderwatchError
from jobs.options import DEFAULT_LAKE, DEFAULT_MASTER, LakeRoot, Master, Seed
from jobs.progress import step
from jobs.quote_answer import ADVERSE_ABOVE, Publish, Request, answer_request
from jobs.quote_checks import checked_quotes
from jobs.quote_members import read_members
from jobs.quote_tables import last_day
from jobs.request_files import Asked, read_requests
from lake import Lake
from models.underwriting.uses import SHIPPED

TABLE = "underwriting_quotes"
DONE, FAILED = "done", "failed"


def answer_requests(
    inbox: Annotated[Path, typer.Option(help="Folder that request files are put in.")] = Path("var/inbox"),
    policy: Annotated[Path, typer.Option(help="Rules of your own, in the columns of the shipped ones.")] = SHIPPED,
    lake: LakeRoot = DEFAULT_LAKE,
    seed: Seed = 1,
    master: Master = DEFAULT_MASTER,
) -> None:
    """Answer the request files (*.json, *.csv) of a folder, each once, and move them to its done/ or failed/.

    Beside a file in done/ lie its answers, refusals too; beside one in failed/ lies the reason. Readers see an answer
    once its checks let it pass. A file is written under another ending and renamed when it is whole. The rules are a
    configurable safeguard, not legal advice.

    Example: underwatch answer-requests --inbox var/inbox --lake var/lake
    """
    inbox.mkdir(parents=True, exist_ok=True)
    with FileLock(inbox / ".lock"), checked_quotes(master) as publish:  # two at once would answer a file twice
        answered, failed = answer_all(Lake(lake), inbox, publish, policy, seed)
    if failed:
        raise BadDelivery(
            f"{failed:,} of {answered + failed:,} request files could not be answered; the reasons lie in "
            f"{inbox / FAILED}: mend the files and put them back into the inbox"
        )
    if not answered:
        raise NothingToDo(f"no request file lies in {inbox}")


def answer_all(lake: Lake, inbox: Path, publish: Publish, policy: Path = SHIPPED, seed: int = 1) -> tuple[int, int]:
    """How many files were answered and how many failed. One that an unexpected error stops at stays in the inbox."""
    answered = failed = 0
    for file in sorted(inbox.iterdir()):
        # A link could make this job read, and move, what its sender may not.
        if file.suffix.lower() not in (".json", ".csv") or file.is_symlink() or not file.is_file():
            continue
        with step("answering a request file", number=answered + failed + 1) as found:
            try:
                asked = read_requests(file)
                answers = [answer_once(lake, one, file.name, publish, policy, seed) for one in asked]
            except UnderwatchError as error:
                _put_away(file, inbox / FAILED, "reason.txt", f"{type(error).__name__}: {error}\n")
                failed += 1
                found["failed"] = type(error).__name__
            else:
                _put_away(file, inbox / DONE, "answer.json", json.dumps(answers, default=str, indent=1) + "\n")
                answered += 1
                found.update(answers=len(answers), refused=sum(bool(one.get("refused_reason")) for one in answers))
    return answered, failed


def answer_once(
    lake: Lake, asked: Asked, name: str, publish: Publish, policy: Path = SHIPPED, seed: int = 1
) -> dict[str, Any]:
    """The row of underwriting_quotes; of a request that was answered before, its name alone.

    The quote is the last that answering writes, so one that is there was answered whole.
    """
    members = _members(lake, asked, name)
    day = asked.as_of or last_day(lake)
    request_id = _request_id(asked.model_copy(update={"as_of": day}), members)
    if lake.exists(TABLE) and request_id in lake.partitions(TABLE):
        return {"request_id": request_id, "answered_before": True}
    request = Request(
        market=asked.market,
        purpose=asked.purpose,
        jurisdiction=asked.jurisdiction,
        as_of=day,
        requested_by=asked.requested_by,
        group_id=asked.group_id,
        members=members,
        request_id=request_id,
        adverse_above=asked.adverse_above or ADVERSE_ABOVE,
        policy=policy,
        seed=seed,
    )
    return answer_request(lake, request, publish).quote


def _members(lake: Lake, asked: Asked, name: str) -> pd.DataFrame | None:
    """The list as read_members reads one, under the request file's name so that its errors name that."""
    if asked.members is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:  # for its owner only, and gone at once: it holds identifiers
        listed = Path(scratch) / name
        with listed.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["member_id", "age", "sex"])
            writer.writeheader()
            writer.writerows(one.model_dump() for one in asked.members)
        return read_members(listed, lake.root)


def _request_id(asked: Asked, members: pd.DataFrame | None) -> str:
    """The same request on the same day has the same name. Members go in as tokens: identifiers could be guessed."""
    content = asked.model_dump_json(exclude={"members"}) + ("" if members is None else members.to_csv(index=False))
    return f"inbox-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _put_away(file: Path, folder: Path, ending: str, text: str) -> None:
    """What was said first: a file that has left the inbox always has its answer."""
    folder.mkdir(exist_ok=True)
    target, number = folder / file.name, 1
    while target.exists():
        number += 1
        target = folder / f"{file.stem}-{number}{file.suffix}"
    (folder / f"{target.name}.{ending}").write_text(text, encoding="utf-8")
    file.rename(target)
