"""An unverified subscription account on the page, with the whole house behind it."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.scenarios.house import House

KEY = "key-of-this-test"
SHOP = '.phone[data-account="shop"]'
# A platform that delivers again after a second instead of five, and a bot that knows it.
QUICK = {"YINGDA_ACCOUNTS__SHOP__REPLY": "auto", "YINGDA_REPLY__PASSIVE_ANSWER_S": "1.0"}
WAIT_MS = 20_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Store, web, worker and simulator, and its page."""
    with House(tmp_path, environment=QUICK, page_key=KEY) as house:
        house.simulator.world.rules = replace(
            house.simulator.world.rules, attempts=3, timeout_s=1.5, retry_every_s=1.5
        )
        yield house


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """The page in Chinese, the shop already an unverified subscription account."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{house.simulator.base_url}/?k={KEY}")
    page.locator(f"{SHOP} button.chip").click()
    page.locator(f"{SHOP} .kinds >> text=未认证订阅号").click()
    yield page
    context.close()


def ask(page: Page, words: str) -> None:
    """Type and send."""
    page.fill(f"{SHOP} textarea", words)
    page.press(f"{SHOP} textarea", "Enter")


def test_a_late_answer_is_told_in_the_third_delivery_and_fetched_with_a_tap(house: House, page: Page) -> None:
    """Three deliveries stand on the wire; the link under the words brings the answer with its question."""
    house.simulator.model.set(first_byte_s=8.0)
    ask(page, "echo:晚到的")
    told = page.locator(f"{SHOP} .turn.theirs .bubble").last
    expect(told).to_contain_text("「echo:晚到的」我还在想，大约再等", timeout=WAIT_MS)
    expect(page.locator(".row-item.callback")).to_have_count(3)
    house.drained()

    house.simulator.model.reset()
    told.locator("text=点这里取答案").click()

    fetched = page.locator(f"{SHOP} .turn.theirs .bubble").nth(1)
    expect(fetched).to_contain_text("答 #1 · 你问「echo:晚到的」", timeout=WAIT_MS)
    expect(fetched).to_contain_text("晚到的")


def test_without_a_bot_the_person_reads_the_platforms_notice(house: House, page: Page) -> None:
    """Three deliveries fail, and the grey line says so; back again, the next question is answered."""
    house.stop("web0", signal.SIGKILL)
    ask(page, "在吗")
    expect(page.locator(f"{SHOP} .system.notice")).to_contain_text(
        "该公众号暂时无法提供服务", timeout=WAIT_MS
    )
    house.start_webs()
    house.await_ready()
    ask(page, "echo:回来了")

    expect(page.locator(f"{SHOP} .turn.theirs .bubble").last).to_contain_text("回来了", timeout=WAIT_MS)
