"""The next items of a slow iterator are made while the last one is used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item], count: int = 4) -> Iterator[Item]:
    """The same items, at most `count` of them made before they are asked for. What fails there is raised here."""
    ready: queue.Queue[tuple[Item | None, BaseException | None]] = queue.Queue(count)
    over = threading.Event()

    def put(item: Item | None, error: BaseException | None) -> None:
        while not over.is_set():
            try:
                ready.put((item, error), timeout=0.1)
                return
            except queue.Full:
                continue

    def make() -> None:
        error: BaseException = StopIteration()
        try:
            for item in items:
                put(item, None)
                if over.is_set():
                    return
        except BaseException as failure:  # whatever it is, it is raised where the items are used
            error = failure
        put(None, error)

    maker = threading.Thread(target=make, daemon=True)
    maker.start()
    try:
        while True:
            item, error = ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        over.set()
        maker.join()
