"""Takes the pictures of the README, from a real `launch.py demo` in a headless Chromium.

`python docs/pictures.py` (with requirements-dev.txt installed) starts the demo in a temporary folder and
writes into docs/pictures. The stand-in model answers, so anybody gets the same pictures.
"""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from launching.demo import write_config
from launching.model import ModelChoice

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
READY = re.compile(r"http://127\.0\.0\.1:\d+/\?k=\S+")
ANSWER_S = 30.0
FRAME_S = 0.2
MOST_BYTES = 2_000_000
SETTLE_MS = 1500
"""People pause before they go on; by then the last call on the wire has ended and its bar is drawn."""
TALK = {
    "zh-CN": {"help": "帮助", "question": "周末几点关门？", "more": "更多"},
    "en-US": {"help": "/help", "question": "When do you close on weekends?", "more": "More"},
}
EXAMPLES = ["When do you close on weekends?", "Suggest a book for an eight-year-old"]
XIAOYU = "oXiaoyu_yingda_demo_000000000"
SHOP, OFFICE = '.phone[data-account="shop"]', '.phone[data-account="office"]'
CHROMIUM = (*("--no-sandbox", "--disable-gpu", "--no-first-run"), "--disable-background-networking")


def main() -> None:
    """Write every picture, each from a demo of its own, so that none shows what another one did."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM))
        for language, name in (("zh-CN", "simulator"), ("en-US", "simulator-en")):
            with demo(language) as address:
                desk(browser, address, language, PICTURES / f"{name}.png")
                if language == "zh-CN":
                    phone(browser, address, PICTURES / "phone.png")
        with demo() as address:
            killed_worker(browser, address, PICTURES / "killed-worker.webp")
        browser.close()


@contextmanager
def demo(language: str = "zh-CN") -> Iterator[str]:
    """A running demo in a folder of links to this one, so that its var/ is its own; the page's address."""
    with tempfile.TemporaryDirectory() as folder:
        for entry in ROOT.iterdir():
            if not entry.name.startswith((".", "var", "yingda.toml")):
                (Path(folder) / entry.name).symlink_to(entry)
        if language == "en-US":
            _speak_english(Path(folder) / "var" / "demo")
        command = [sys.executable, "launch.py", "demo", "--no-open"]
        started = subprocess.Popen(  # noqa: S603  Our own launcher.
            command, cwd=folder, env=_environ(), stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            yield _address(started)
        finally:
            started.send_signal(signal.SIGINT)
            started.communicate(timeout=60)


def _speak_english(folder: Path) -> None:
    """Make the demo's accounts before it does, with an assistant that speaks English."""
    folder.mkdir(parents=True)
    config = write_config(folder, "-", ModelChoice("-", "-"))
    text = re.sub(r"examples = .*", f"examples = {json.dumps(EXAMPLES)}", config.read_text("utf-8"))
    for title, english in (("青禾书店", "Green Grain Books"), ("青禾同事助手", "Green Grain Staff Desk")):
        text = text.replace(f'"{title}"', f'"{english}"\nlanguage = "en"\nassistant = "Wren"')
    config.write_text(text, "utf-8")


def _environ() -> dict[str, str]:
    """Ours, without whatever would make it another demo."""
    prefixes = ("OPENAI_", "YINGDA_", "REDIS_URL", "PORT", "GUNICORN_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def _address(started: subprocess.Popen[str]) -> str:
    """The page's address, printed once everything is ready."""
    for line in started.stdout or ():
        if found := READY.search(line):
            return found[0]
    raise SystemExit("the demo did not start; see what `make demo` says")


@contextmanager
def opened(browser: Browser, address: str, width: int, height: int, **options: Any) -> Iterator[Page]:
    """The page in a window of its own, quiet and with its state shown."""
    options = {"locale": "zh-CN", "reduced_motion": "reduce", "color_scheme": "light"} | options
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    page.set_default_timeout(ANSWER_S * 1000)
    page.goto(address)
    page.wait_for_selector(".dot.up")
    yield page
    context.close()


def say(page: Page, phone: str, text: str) -> None:
    """Type *text* on a phone, send it, and wait for one more answer there."""
    with answer(page, phone):
        page.fill(f"{phone} textarea", text)
        page.press(f"{phone} textarea", "Enter")


@contextmanager
def answer(page: Page, phone: str) -> Iterator[None]:
    """What is done inside brings one more answer to the phone."""
    bubbles = page.locator(f"{phone} .theirs")
    before = bubbles.count()
    yield
    expect(bubbles).to_have_count(before + 1, timeout=ANSWER_S * 1000)
    page.wait_for_timeout(SETTLE_MS)


def desk(browser: Browser, address: str, language: str, file: Path) -> None:
    """A new follower is welcomed and asks; a colleague asks for help and sends a picture."""
    words = TALK[language]
    with opened(browser, address, 1440, 900, locale=language, device_scale_factor=2) as page:
        say(page, OFFICE, words["help"])
        page.click(f"{OFFICE} .composer [aria-label='{words['more']}']")
        with answer(page, OFFICE):
            page.click(f"{OFFICE} [data-sheet=image]")
        with answer(page, SHOP):
            _post(address, "/sim/event", {"account": "shop", "peer": XIAOYU, "event": "subscribe", "key": ""})
        say(page, SHOP, words["question"])
        page.evaluate("document.querySelector('.wire-log').scrollTop = 1e6")
        page.screenshot(path=file)


def phone(browser: Browser, address: str, file: Path) -> None:
    """One phone as it looks on a phone."""
    with opened(browser, address, 390, 780, device_scale_factor=2, is_mobile=True, has_touch=True) as page:
        page.wait_for_selector(f"{SHOP} .theirs")
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=file)


class Film:
    """Frames of a page, each shown for as long as it really lasted."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[tuple[float, bytes]] = []

    def shoot(self) -> None:
        """One frame."""
        self._frames.append((time.monotonic(), self._page.screenshot()))

    def shoot_for(self, seconds: float) -> None:
        """Frames for *seconds*, FRAME_S apart."""
        end = time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            self.shoot()
            self._page.wait_for_timeout(max(0.0, FRAME_S - (time.monotonic() - began)) * 1000)

    def shoot_until(self, selector: str, limit_s: float) -> None:
        """Frames until *selector* matches, or *limit_s* have passed."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end and not self._page.locator(selector).count():
            self.shoot_for(FRAME_S)

    def save(self, file: Path, last_s: float) -> None:
        """An endless WebP whose last frame stays for *last_s*."""
        times = [at for at, _ in self._frames]
        lengths = [round((b - a) * 1000) for a, b in pairwise(times)] + [round(last_s * 1000)]
        images = [Image.open(io.BytesIO(png)).convert("RGB") for _, png in self._frames]
        images[0].save(
            file, save_all=True, append_images=images[1:], duration=lengths, loop=0, quality=70, method=4
        )


def killed_worker(browser: Browser, address: str, file: Path) -> None:
    """One person asks, the worker is killed while it answers them and another, and each answer arrives once.

    The experiment asks as 小雨 by itself; the phone shows 老板, whose question is on its way by then.
    """
    _post(address, "/sim/faults", {"model": {"first_byte_s": 1.5, "chunks_per_s": 20}})
    kill = '[data-card="kill_worker"]'
    with opened(browser, address, 1000, 700, reduced_motion="no-preference") as page:
        page.click('[data-pane="try"]')
        page.click(f'{SHOP} .person:has-text("老板")')
        film = Film(page)
        film.shoot_for(0.6)
        for words in ("下周", "六", "的", "故事会", "几点", "开始？"):
            page.type(f"{SHOP} textarea", words)
            film.shoot_for(FRAME_S)
        page.press(f"{SHOP} textarea", "Enter")
        film.shoot_for(0.8)
        page.hover(f"{kill} .start")
        film.shoot_for(0.2)
        page.click(f"{kill} .start")
        film.shoot_until(f"{kill}.passed, {kill}.failed", ANSWER_S)
        film.shoot_for(0.2)
        film.save(file, last_s=3.0)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} has {file.stat().st_size} bytes, more than {MOST_BYTES}")


def _post(address: str, path: str, body: dict[str, Any]) -> None:
    origin, key = address.split("/?k=")
    headers = {"X-Key": key, "Content-Type": "application/json"}
    asked = urllib.request.Request(origin + path, json.dumps(body).encode(), headers)  # noqa: S310  http only
    with urllib.request.urlopen(asked, timeout=10):  # noqa: S310  The demo's own address.
        return


if __name__ == "__main__":
    main()
