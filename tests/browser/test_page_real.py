"""The page together with the real simulator: both keep to the same interface."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.__main__ import with_page
from simulator.accounts import demo_accounts
from simulator.handles import LoopThread
from simulator.people import demo_people
from simulator.server import build, listen
from simulator.world import Rules, World

KEY = "key-of-this-test"


class Acknowledging(BaseHTTPRequestHandler):
    """A bot that takes everything and answers nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"" if "office" in self.path else b"success")

    def do_GET(self) -> None:
        self._answer(b'{"store": "up", "workers": 1}')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def address() -> Iterator[str]:
    """The simulator with its page on a free port, delivering to a bot that acknowledges."""
    bot = ThreadingHTTPServer(("127.0.0.1", 0), Acknowledging)
    threading.Thread(target=bot.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    world = World(demo_accounts("safe"), rules=Rules(retry_every_s=0.5))
    for account in world.accounts.values():
        for person in demo_people(account.name, account.channel, account.admins):
            world.phones.add(person)
    loop = LoopThread()
    loop.thread.start()

    async def start() -> tuple[Callable[[], object], int]:
        app, _ = build(world, [f"http://127.0.0.1:{bot.server_address[1]}"], with_page(KEY))
        runner, port = await listen(app, "127.0.0.1", 0)
        return runner.cleanup, port

    cleanup, port = loop.run(start())
    yield f"http://127.0.0.1:{port}/?k={KEY}"
    loop.run(cleanup())  # type: ignore[arg-type]
    loop.stop()
    bot.shutdown()
    bot.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page of the real simulator, in Chinese."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def test_a_message_goes_out_and_its_row_comes_back(page: Page) -> None:
    """What is said is acknowledged, stands on the wire, and its decrypted inside can be read."""
    page.locator(".starter").first.click()
    expect(page.locator(".turn.own .state")).to_contain_text("✓ 已确认")
    expect(page.locator(".group-title").last).to_have_text("「周末几点关门？」")
    expect(page.locator(".allowance").first).to_have_text("剩 5/5 条 · 47:59")
    page.locator(".row-item.callback .row").last.click()
    expect(page.locator(".drawer-panel")).to_contain_text("<Content><![CDATA[周末几点关门？]]></Content>")
    page.click("#drawer-why")
    expect(page.locator(".section")).to_have_text("依据：协议单 A4")
    page.click("text=改一个字再发")

    expect(page.locator(".drawer-verdict")).to_contain_text("应答回了 200")


def test_everything_on_the_sheets_is_accepted(page: Page) -> None:
    """Every kind of message and event that the page offers is one the simulator knows."""
    for account, names in (
        ("shop", ("image", "voice", "location", "link", "sticker", "scan", "unfollow")),
        ("office", ("image", "voice", "video", "location", "link", "sticker", "enter")),
    ):
        phone = page.locator(f'.phone[data-account="{account}"]')
        for number, name in enumerate(names, start=1):
            phone.locator(".composer [aria-label=更多]").click()
            phone.locator(f'[data-sheet="{name}"]').click()
            expect(phone.locator("[data-bubble]")).to_have_count(number)

    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator(".unfollowed:visible")).to_have_count(1)


def test_people_kinds_faults_and_downloads(page: Page, address: str) -> None:
    """Adding a person, changing the account, turning a knob and both downloads work."""
    phone = page.locator('.phone[data-account="shop"]')
    phone.locator("[aria-label=新的人]").click()
    page.keyboard.type("小佳")
    page.keyboard.press("Enter")
    expect(phone.locator('.person[aria-pressed="true"]')).to_contain_text("小佳")
    phone.locator("button.chip").click()
    phone.locator("text=未认证订阅号").click()
    expect(phone.locator("button.chip")).to_contain_text("未认证订阅号")
    page.click("[data-pane=try]")
    page.select_option(".knobs select", "slow")
    page.reload()
    page.click("[data-pane=try]")
    expect(page.locator(".knobs select")).to_have_value("slow")
    for link in (page.locator(".saves a").first, page.locator(".wire-tools a")):
        answer = page.request.get(address.split("/?")[0] + str(link.get_attribute("href")))
        assert answer.status == 200
        assert "attachment" in answer.headers["content-disposition"]
