"""How fast the workbench answers with a million scored claims, over HTTP on loopback, signed in.

`python -m benchmarks.workbench --claims 1000000`. The lake is made up; pages are whole, from the request to the
last byte, with session, audit log and rendering.
"""

from __future__ import annotations

import re
import resource
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import duckdb
import typer
import uvicorn
from deltalake import Schema

from app.api.reading import Cursor
from app.parts import Settings, open_parts
from app.queue import encoded
from app.web import create_app
from benchmarks.record import machine, markdown_table
from catalog import TABLES
from lake import Lake, Staged
from lake.arrow_types import arrow_schema

PASSWORD = "a password of this benchmark"  # noqa: S105 - of an account that lives as long as the benchmark
_CLAIM = {
    "claim_id": "'C' || lpad(i::varchar, 9, '0')",
    "as_of": "date '{day}'",
    "source": "'synthetic'",
    "batch_id": "'{day}'",
    "claim_type": "['professional', 'outpatient', 'pharmacy', 'inpatient'][1 + i % 4]",
    "provider_id": "'P' || lpad((hash(i) % 20000)::varchar, 6, '0')",
    "member_id": "'m-' || lpad((hash(i + 1) % 200000)::varchar, 24, '0')",
    "service_from": "date '2024-01-01' + (i % 700)::int",
    "service_through": "date '2024-01-01' + (i % 700)::int",
    "paid_amount": "((hash(i + 2) % 500000) / 100)::decimal(14,2)",
    "fraud_probability": "1.0 / (1 + i / 5000.0)",
    "score_basis": "'supervised'",
    "fraud_rank": "(hash(i) % 1000000000)::bigint",
    "review_lane": "case when i % 17 = 0 then 'patient_harm' else 'money' end",
    "scheme": "[null, 'upcoding', 'unbundling', 'duplicate_billing', 'phantom_billing'][1 + i % 5]",
    "recovery_share": "0.4",
    "recovery_basis": "'assumed'",
    "expected_recovery": "((hash(i + 3) % 200000) / 100)::decimal(14,2)",
    "reasons": """[
        {{'code': 'PAID_VS_CODE_PEERS', 'text': 'One line was paid ' || (i % 90)
          || ' times what the same code is usually paid; 1 times is typical',
          'value': (i % 90)::double, 'expected': 1.0, 'contribution': 0.5,
          'evidence': ['C' || i || '-1-1']}},
        {{'code': 'MANY_LINES', 'text': 'The claim has ' || (i % 30) || ' lines; claims like it usually have 3',
          'value': (i % 30)::double, 'expected': 3.0, 'contribution': 0.2, 'evidence': []::varchar[]}}]""",
    "model_name": "'fraud_claim'",
    "model_version": "'1'",
    "run_id": "'run'",
    "scored_at": "timestamptz '2026-01-02 03:04:05+00'",
}
QUESTIONS = {
    "filter: scheme and paid from": "/queue/claims?scheme=upcoding&least={n}",
    "filter: paid from, to": "/queue/claims?least={n}&most=1200",
    "filter: provider": "/queue/claims?provider=P{n:06d}",
    "filter: lane, type, paid from": "/queue/claims?lane=patient_harm&claim_type=inpatient&least={n}",
    "filter: text in ids and schemes": "/queue/claims?text=c000{n:04d}",
    "filter: status open, paid to": "/queue/claims?status=open&most={n}",
    "order: expected recovery, paid from": "/queue/claims?sort=recovery&least={n}",
    "order: newest, scheme and paid from": "/queue/claims?sort=newest&scheme=unbundling&least={n}",
}
"""Words -> a question, asked with another number each time, since answers are kept."""
_API = "/api/v1/scored_claims"
API_QUESTIONS = {
    "API: first page": f"{_API}",
    "API: first page of 1,000": f"{_API}?limit=1000",
    "API: scheme": f"{_API}?scheme=upcoding",
    "API: provider": f"{_API}?provider_id=P{{n:06d}}",
}


def main(
    claims: Annotated[int, typer.Option(help="Scored claims.")] = 1_000_000,
    repeats: Annotated[int, typer.Option(help="Times each page is asked for.")] = 20,
    readers: Annotated[int, typer.Option(help="Readers at once, while a new version is published.")] = 50,
) -> None:
    """Prints a table of pages with median and slowest milliseconds, then what many readers saw during a publish."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(f"{folder}/lake")
        publish(lake, claims, "2025-12-31")
        with served(lake, Path(folder) / "home") as address:
            ask = signed_in(address)
            first = ask("/queue/claims")
            lines = []
            places = {"first page": ["/queue/claims"] * repeats, "a page far down the list": later_pages(repeats)}
            for words, place in QUESTIONS.items():
                places[words] = [place.format(n=n + 1) for n in range(repeats)]
            places |= {words: [place.format(n=n + 1) for n in range(repeats)] for words, place in API_QUESTIONS.items()}
            places["API: a page far down"] = later_api_pages(repeats)
            names = re.findall(r'class="open" href="(/claims/\w+)"', first)
            places["a claim"] = [names[n % len(names)] for n in range(repeats)]
            for words, asked in places.items():
                median, slowest = timed(ask, asked)
                lines.append([words, f"{median:,.0f}", f"{slowest:,.0f}"])
            print(f"{claims:,} claims, {machine()}\n")
            print(markdown_table(("page", "median ms>", f"slowest ms of {repeats}>"), lines))
            seen = crowd(lake, address, claims, readers)
            told = ", ".join(f"{count:,} saw {words}" for words, count in seen.items())
            print(f"{readers} readers at once during a publish: of {sum(seen.values()):,} pages {told}.")


def publish(lake: Lake, claims: int, day: str) -> None:
    """The claims of a day, in files as Spark would write them, in one commit."""
    folder = f"as_of={day}/{uuid.uuid4().hex}"
    place = Path(lake.path("scored_claims")) / folder
    place.mkdir(parents=True)
    columns = ", ".join(
        f"({_CLAIM.get(column.name, 'null').format(day=day)})::{_duck(column.type)} as {column.name}"
        for column in TABLES["scored_claims"].columns
    )
    files = {}
    for number in range(4):
        file = place / f"part-{number}.parquet"
        duckdb.sql(f"select {columns} from range({number}, {claims}, 4) as rows(i)").write_parquet(str(file))  # noqa: S608
        files[f"{folder}/{file.name}"] = file.stat().st_size
    schema = Schema.from_arrow(arrow_schema(TABLES["scored_claims"])).to_json()
    lake.commit(Staged("scored_claims", day, files, schema), run="publish")


@contextmanager
def served(lake: Lake, home: Path) -> Iterator[str]:
    """The address of a workbench with one analyst, while the block runs."""
    parts = open_parts(lake, home, Settings())
    once = parts.accounts.create("analyst", "analyst")
    account = parts.accounts.find("analyst")
    assert account
    parts.accounts.change_password(account, once, PASSWORD)
    began = time.perf_counter()
    parts.tables.now()
    print(f"A version is opened in {time.perf_counter() - began:.1f} s, before it is shown; {_memory():.1f} GiB then.")
    server = uvicorn.Server(uvicorn.Config(create_app(parts), port=0, access_log=False, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    parts.close()


def signed_in(address: str) -> Callable[[str], str]:
    """A reader with a session; asks for a page and returns its text. Anything but a page is an error."""
    opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def ask(place: str) -> str:
        with opener.open(f"{address}{place}") as answer:
            text: str = answer.read().decode()
        return text

    token = re.search(r'name="csrf_token" value="([^"]+)"', ask("/sign-in"))
    assert token
    form = {"csrf_token": token[1], "name": "analyst", "password": PASSWORD}
    opener.open(f"{address}/sign-in", urlencode(form).encode()).read()
    return ask


def timed(ask: Callable[[str], str], places: list[str]) -> tuple[float, float]:
    """Median and slowest milliseconds."""
    seconds = []
    for place in places:
        began = time.perf_counter()
        ask(place)
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds), 1000 * max(seconds)


def later_pages(count: int) -> list[str]:
    """Addresses of pages far down the list; ranks are spread evenly up to a thousand million here."""
    return [f"/queue/claims?after={encoded(str(10**7 * (number + 1)), '')}" for number in range(count)]


def later_api_pages(count: int) -> list[str]:
    """The same of the API, which begins again where a newer version was published: this is the first."""
    return [f"{_API}?after={Cursor(0, '2025-12-31', (10**7 * (number + 1), ''))}" for number in range(count)]


def crowd(lake: Lake, address: str, claims: int, readers: int, before: float = 8, after: float = 12) -> dict[str, int]:
    """Many readers at once while a smaller new day is published: how many saw the old, the new, or anything else."""
    asks = [signed_in(address)] * readers  # one session: signing in is slow by design
    seen: list[tuple[str, str]] = []
    stop = threading.Event()

    def read(ask: Callable[[str], str]) -> None:
        while not stop.is_set():
            try:
                text = ask("/queue/claims")
            except OSError as error:
                seen.append(("error", str(error)))
                continue
            day, total = re.search(r"known on ([\d-]+)", text), re.search(r"<strong>([\d,]+)</strong>", text)
            seen.append((day[1] if day else "none", total[1] if total else "none"))

    with ThreadPoolExecutor(readers) as pool:
        for ask in asks:
            pool.submit(read, ask)
        time.sleep(before)
        publish(lake, claims // 2, "2026-01-31")
        time.sleep(after)
        stop.set()
    old, new = ("2025-12-31", f"{claims:,}"), ("2026-01-31", f"{claims // 2:,}")
    counts = {"the old version": seen.count(old), "the new one": seen.count(new)}
    counts["anything else"] = len(seen) - sum(counts.values())
    return counts


def _memory() -> float:
    """Most memory of this process so far, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _duck(kind: str) -> str:
    """Spark's name of a type as DuckDB's."""
    if kind.startswith("array<struct"):
        numbers = "value double, expected double, contribution double"
        return f"struct(code varchar, text varchar, {numbers}, evidence varchar[])[]"
    return {"string": "varchar", "timestamp": "timestamptz"}.get(kind, kind)


if __name__ == "__main__":
    typer.run(main)
