"""A browser for the page's tests, and the page opened in it."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import page_lively
import pytest
from page_server import PageServer
from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
QUIET += ("--disable-component-update", "--disable-sync")

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium; without one the tests are skipped, or fail where NEED_BROWSER=1."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no browser on PATH ({', '.join(BROWSERS)})"
        if os.environ.get("NEED_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Any]], PageServer]]:
    """Starts page servers, and stops them after the test."""
    started: list[PageServer] = []

    def start(state: dict[str, Any]) -> PageServer:
        server = PageServer(state)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.cut()
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(serve: Callable[[dict[str, Any]], PageServer]) -> PageServer:
    """The simulator after a lively day."""
    return serve(page_lively.lively())


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a server's page at a width; afterwards: no error in the console, no request to anywhere else."""
    contexts = []
    wrong: list[str] = []

    def watch(page: Page, origin: str, tolerated: tuple[str, ...]) -> None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: (
                said.type == "error"
                and not any(one in said.text for one in tolerated)
                and wrong.append(said.text)
            ),
        )
        page.on("request", lambda asked: asked.url.startswith(origin) or wrong.append(asked.url))

    def open_at(
        server: PageServer,
        width: int = 1440,
        height: int = 900,
        *,
        query: str = "",
        tolerated: tuple[str, ...] = (),
        **options: Any,
    ) -> Page:
        options = {"locale": "zh-CN", "reduced_motion": "reduce"} | options
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        watch(page, server.address.split("/?")[0], tolerated)
        page.goto(server.address + query)
        page.wait_for_selector(".phone")
        assert server.wait_for(lambda: server.opened > 0)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert wrong == []
