"""The frame of the simulator's page: widths, language, dark mode, experiments, the model, access for all."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import page_states as states
import pytest
from page_server import PAGE, PageServer
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
AUDIT = Path(__file__).with_name("page_audit.js").read_text()


def test_both_languages_have_the_same_keys_and_every_key_is_used() -> None:
    """No text is missing in one language, none has other {braces}, and no key in the code lacks a text."""
    zh, en = (json.loads((PAGE / f"texts.{lang}.json").read_text()) for lang in ("zh", "en"))
    braces = {key: set(re.findall(r"\{\w+\}", zh[key])) for key in zh}
    code = "".join(path.read_text() for path in PAGE.glob("*.js"))
    asked = set(re.findall(r'\bt\("([a-z_]+(?:\.[a-z_]+)*)"', code))

    assert zh.keys() == en.keys()
    assert braces == {key: set(re.findall(r"\{\w+\}", en[key])) for key in en}
    assert asked - zh.keys() == set()


@pytest.mark.parametrize("path", sorted(PAGE.glob("*.js")), ids=lambda path: path.name)
def test_scripts_stay_small_and_parse_no_html(path: Path) -> None:
    """A script has at most 250 lines and never turns text into markup."""
    text = path.read_text()

    assert len(text.splitlines()) <= 250
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)


@pytest.mark.parametrize(("width", "phones"), [(1440, 2), (1180, 2), (1179, 1), (900, 1), (720, 1)])
def test_as_many_phones_as_fit(server: PageServer, open_page: Open, width: int, phones: int) -> None:
    """Two phones from 1180 px on, one with a switcher below; the wire beside them in any case."""
    page = open_page(server, width)

    expect(page.locator(".phone:visible")).to_have_count(phones)
    expect(page.locator(".switcher")).to_be_visible(visible=phones == 1)
    expect(page.locator(".wire")).to_be_visible()
    expect(page.locator("nav.tabs")).to_be_hidden()


@pytest.mark.parametrize("width", [360, 390, 720, 900, 1440])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_scrolls_sideways(server: PageServer, open_page: Open, width: int, lang: str) -> None:
    """No width, language or pane makes the page wider than its window."""
    page = open_page(server, width, 640, query=f"&lang={lang}")
    wide = "document.scrollingElement.scrollWidth - innerWidth"
    assert page.evaluate(wide) <= 0
    for tab in ("wire", "try", "phone") if width < 720 else ():
        page.click(f'.tab[data-tab="{tab}"]')
        assert page.evaluate(wide) <= 0
        boxes = "[...document.querySelectorAll('.wire-log, .try, .thread')]"
        assert page.evaluate(f"{boxes}.every(box => box.scrollWidth <= box.clientWidth)")


def test_narrow_screens_have_tabs_with_what_is_unread(server: PageServer, open_page: Open) -> None:
    """Below 720 px one pane at a time; what happens behind the others is counted on their tabs."""
    page = open_page(server, 390, 844)
    expect(page.locator(".wire")).to_be_hidden()
    server.push("row", states.row("R70", "api", "发送 1/1", "send 1/1"))
    expect(page.locator('.tab[data-tab="wire"] .unread')).to_have_text("1")
    page.click('.tab[data-tab="wire"]')
    expect(page.locator(".wire")).to_be_visible()
    expect(page.locator(".phone:visible")).to_have_count(0)
    expect(page.locator('.tab[data-tab="wire"] .unread')).to_be_hidden()
    server.push("bubble", states.bubble("B70", "bot", "好的"))

    expect(page.locator('.tab[data-tab="phone"] .unread')).to_have_text("1")


def test_the_language_switches_and_stays(server: PageServer, open_page: Open) -> None:
    """The switch changes every text and <html lang>, and the next visit remembers it."""
    page = open_page(server)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.click(".language")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".brand-name")).to_have_text("Yingda")
    expect(page.locator(".language")).to_be_focused()
    page.reload()
    expect(page.locator(".brand-name")).to_have_text("Yingda")
    server.push("bubble", states.bubble("B70", "bot", "still live"))

    expect(page.locator('[data-bubble="B70"]')).to_have_count(1)


@pytest.mark.parametrize(
    ("locale", "query", "lang"), [("en-GB", "", "en"), ("zh-TW", "", "zh-CN"), ("en-GB", "&lang=zh", "zh-CN")]
)
def test_the_first_language(server: PageServer, open_page: Open, locale: str, query: str, lang: str) -> None:
    """`?lang=` first, else the browser's own."""
    page = open_page(server, query=query, locale=locale)

    expect(page.locator("html")).to_have_attribute("lang", lang)


def test_dark_mode_follows_the_system(server: PageServer, open_page: Open) -> None:
    """The paper is dark and the ink light where the system asks for it."""
    page = open_page(server, color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 21, 24)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("state", ["plain", "drawer", "model", "help", "try", "sheet"])
def test_everyone_can_use_it(
    server: PageServer, open_page: Open, scheme: str, width: int, state: str
) -> None:
    """Names, roles, language, contrast of 4.5 : 1 and targets of 44 px, in every state of the page."""
    page = open_page(server, width, 844, color_scheme=scheme)
    if state == "drawer":
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.click("text=改一个字再发")
        page.wait_for_selector(".drawer-verdict:visible")
    if state in ("model", "help"):
        page.click(".model-button" if state == "model" else ".plain.round")
    if state == "try":
        page.click('.tab[data-tab="try"]' if width < 720 else '[data-pane="try"]')
    if state == "sheet":
        page.click(".phone:visible [aria-label=更多] >> nth=0")

    assert page.evaluate(AUDIT) == []


def test_an_experiment_starts_and_its_verdict_is_live(server: PageServer, open_page: Open) -> None:
    """A card starts by its button and tells its verdict by the stream; what is not built cannot start."""
    page = open_page(server)
    page.click('[data-pane="try"]')
    card = page.locator('[data-card="model_slow"]')
    running = states.card("model_slow", "模型 8 秒才开口", "The model takes 8 s", "running", None)
    server.answers["/sim/cards/model_slow"] = lambda _: (200, running)
    card.locator("button").click()
    expect(card.locator(".verdict")).to_have_text("正在试……")
    server.push(
        "card",
        running | {"state": "passed", "verdict": states.both("8.4 秒后答了 1 次", "1 answer after 8.4 s")},
    )

    expect(card.locator(".verdict")).to_contain_text("8.4 秒后答了 1 次")
    expect(page.locator('[data-card="unverified"] button')).to_be_disabled()
    expect(page.locator(".saves a").first).to_have_attribute(
        "href", re.compile(r"/sim/dialogue\?account=shop&peer=oXiaoyu_demo&k=")
    )


def test_a_real_models_key_stays_nowhere_in_the_browser(server: PageServer, open_page: Open) -> None:
    """The dialog sends the key once; then neither page nor storage holds it. A refusal is told."""
    server.answers["/sim/model"] = lambda asked: (
        (200, {"ok": True})
        if asked["model"] == "deepseek-chat"
        else (400, {"error": states.both("密钥不对", "wrong key")})
    )
    page = open_page(server, tolerated=("400 (Bad Request)",))
    expect(page.locator(".model-name")).to_have_text("替身模型，不是真 AI")
    page.click(".model-button")
    page.click("text=DeepSeek")
    page.fill("input[type=password]", "sk-secret-of-mine")
    page.fill("dialog[open] input[type=text]", "other")
    page.click("text=试一下并接上")
    expect(page.locator(".refusal")).to_have_text("密钥不对")
    page.fill("dialog[open] input[type=text]", "deepseek-chat")
    page.click("text=试一下并接上")
    expect(page.locator("dialog[open]")).to_have_count(0)

    assert server.saw("/sim/model")[-1] == {
        "base_url": "https://api.deepseek.com/v1",
        "api_key": "sk-secret-of-mine",
        "model": "deepseek-chat",
    }
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.body.outerHTML,"
        " [...document.querySelectorAll('input')].map(input => input.value)])"
    )
    assert "sk-secret" not in kept


def test_a_wrong_key_in_the_address_says_what_to_do(server: PageServer, open_page: Open) -> None:
    """Without this start's key the page says which address to open, and shows nothing else."""
    page = open_page(server, tolerated=("403",))
    page.goto(server.address.replace("test-key", "old-key"))

    expect(page.locator("[role=alert]")).to_contain_text("打开终端里最新印出的地址")
