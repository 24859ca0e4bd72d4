"""Limits on failed sign-ins and on questions of the API, by account and by address."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable


class RateLimit:
    """At most `most` failures (or questions) of one key within `seconds`. Kept in memory: a restart forgets them."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._failures: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def blocked(self, *keys: str) -> bool:
        """Whether any of the keys has used up its tries."""
        with self._lock:
            return any(len(self._recent(key)) >= self._most for key in keys if key in self._failures)

    def failed(self, *keys: str) -> None:
        with self._lock:
            for key in keys:
                self._recent(key).append(self._clock())

    def wait(self, key: str) -> float:
        """Seconds until the key may ask again; 0 where it may now, which is counted."""
        with self._lock:
            recent = self._recent(key)
            if len(recent) >= self._most:
                return max(recent[0] + self._seconds - self._clock(), 0.1)
            recent.append(self._clock())
            return 0.0

    def forget(self, *keys: str) -> None:
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        found, since = self._failures[key], self._clock() - self._seconds
        while found and found[0] < since:
            found.popleft()
        return found
