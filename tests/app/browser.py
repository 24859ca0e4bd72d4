"""A workbench on loopback and a real browser: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from app.parts import Parts
from app.web import create_app
from tests.app.book import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDE = {"width": 1280, "height": 860}
TABLET = {"width": 820, "height": 1180}


@contextmanager
def served(parts: Parts) -> Iterator[str]:
    """The address of a workbench that listens while the block runs."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(parts), access_log=False, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Tests run as root in containers, where the browser's own sandbox cannot start; it opens loopback pages alone.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def signed_in(browser: Browser, address: str, name: str, size: dict[str, int] | None = None) -> Page:
    """A page of a fresh session of an account. Whatever the console says of refused content fails the test."""
    page = browser.new_context(viewport=size or WIDE, reduced_motion="reduce").new_page()  # type: ignore[arg-type]
    page.goto(f"{address}/sign-in")
    page.get_by_label("Account").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    return page
