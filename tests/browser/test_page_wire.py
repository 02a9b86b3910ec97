"""The wire of the simulator's page: rows, drawer, keyboard, filters, and a stream that breaks."""

from collections.abc import Callable

import page_states as states
import pytest
from page_server import PageServer
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


def focused_row(page: Page) -> str | None:
    """The id of the row that has the focus."""
    row: str | None = page.evaluate("document.activeElement.closest('[data-row]')?.dataset.row ?? null")
    return row


def test_j_and_k_walk_the_rows_and_enter_opens(server: PageServer, open_page: Open) -> None:
    """j and k go to the next and previous row, Enter opens it, Esc closes and gives the focus back."""
    page = open_page(server)
    for key, row in (("j", "R1"), ("j", "R2"), ("j", "R3"), ("k", "R2"), ("k", "R1"), ("k", "R1")):
        page.keyboard.press(key)
        assert focused_row(page) == row
    page.keyboard.press("Enter")
    expect(page.locator("dialog.drawer")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator("#drawer-title")).to_have_text("正在输入")
    page.keyboard.press("Escape")

    expect(page.locator("dialog.drawer")).to_be_hidden()
    assert focused_row(page) == "R2"


def test_keys_are_left_alone_while_someone_writes(server: PageServer, open_page: Open) -> None:
    """j, k, / and ? are letters in a text area; Alt+2 still changes the phone."""
    page = open_page(server)
    box = page.locator('.phone[data-account="shop"] textarea')
    box.focus()
    page.keyboard.type("jk/?")
    expect(box).to_have_value("jk/?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Alt+2")
    expect(page.locator('.phone[data-account="office"] textarea')).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator(".search input")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")

    expect(page.locator("dialog[open] h2")).to_have_text("帮助")


def test_the_drawer_keeps_the_focus(server: PageServer, open_page: Open) -> None:
    """Tab and Shift+Tab go round inside the drawer, never out of it."""
    page = open_page(server)
    page.click('[data-row="R1"] .row')
    expect(page.locator("dialog.drawer pre")).to_contain_text("周末几点关门？")
    inside = "document.querySelector('dialog.drawer').contains(document.activeElement)"
    stops = set()
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        page.keyboard.press(key)
        assert page.evaluate(inside)
        stops.add(page.evaluate("document.activeElement.textContent.slice(0, 5)"))

    assert {"复制", "重发一次", "改一个字再"} <= stops


def test_tampering_shows_that_403_came(server: PageServer, open_page: Open) -> None:
    """「改一个字再发」 says 403 where it was refused, and cries where it was not."""
    page = open_page(server)
    page.click('[data-row="R1"] .row')
    page.click("text=改一个字再发")
    expect(page.locator(".drawer-verdict")).to_have_text("✓ 应答回了 403：改过的消息没有放行")
    server.answers["/sim/rows/R1/tamper"] = lambda _: (200, {"row": "R9", "status": 200})
    page.click("text=改一个字再发")

    expect(page.locator(".drawer-verdict")).to_have_text("✗ 应答回了 200：改过的消息本该用 403 拒收")


def test_the_drawer_says_why_and_names_the_section(server: PageServer, open_page: Open) -> None:
    """「为什么」 is one sentence and the section of the protocol sheet; API rows cannot be sent again."""
    page = open_page(server)
    page.click('[data-row="R4"] .row')
    page.click("#drawer-why")

    expect(page.locator(".drawer-panel .section")).to_have_text("依据：协议单 A4")
    expect(page.locator("text=重发一次")).to_be_hidden()


def test_filters_and_search_choose_rows(server: PageServer, open_page: Open) -> None:
    """Each filter and the search leave exactly the rows that fit; what fits nothing says so."""
    page = open_page(server)
    rows = page.locator(".row-item:not([hidden])")
    for name, count in (("callback", 6), ("api", 5), ("model", 2), ("bad", 4), ("all", 13)):
        page.click(f'[data-filter="{name}"]')
        assert (name, rows.count()) == (name, count)
    page.fill(".search input", "45047")
    assert rows.count() == 1
    page.fill(".search input", "没有这样的东西")

    expect(page.get_by_text("没有符合的记录")).to_be_visible()


def test_pausing_holds_rows_back_and_resuming_shows_them(server: PageServer, open_page: Open) -> None:
    """Nothing moves while the wire is paused, and nothing is lost."""
    page = open_page(server)
    page.click("[aria-label=暂停]")
    server.push("row", states.row("R70", "api", "发送 1/1", "send 1/1"))
    expect(page.locator(".held")).to_contain_text("1 条")
    expect(page.locator('[data-row="R70"]')).to_have_count(0)
    page.click(".wire-tools [aria-label=继续]")

    expect(page.locator('[data-row="R70"]')).to_have_count(1)


def test_clearing_empties_the_wire_only(server: PageServer, open_page: Open) -> None:
    """清空 asks the simulator; when it has cleared, rows are gone and bubbles stay."""
    page = open_page(server)
    page.click("[aria-label=清空]")
    assert server.wait_for(lambda: server.saw("/sim/clear") == [{}])
    server.push("cleared", {})

    expect(page.locator(".row-item")).to_have_count(0)
    expect(page.locator(".wire-empty")).to_be_visible()
    expect(page.locator('[data-bubble="B4"]')).to_be_visible()


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_a_bubble_and_its_rows_light_up_together(server: PageServer, open_page: Open, how: str) -> None:
    """Pointing at a bubble, or focusing it, lights its rows; a row lights its bubble."""
    page = open_page(server)
    getattr(page.locator('[data-bubble="B6"]'), how)()
    expect(page.locator('[data-row="R8"]')).to_have_class("row-item api lit")
    getattr(page.locator('[data-row="R5"] .row'), how)()

    expect(page.locator('[data-bubble="B5"]')).to_have_class("bubble text lit")
    expect(page.locator('[data-row="R8"]')).to_have_class("row-item api")


def test_a_lost_stream_is_told_and_resumed_without_doubles(server: PageServer, open_page: Open) -> None:
    """A break shows a sticky line; afterwards each missed event is there once, in its place."""
    page = open_page(server, tolerated=("503", "ERR_"))
    server.push("bubble", states.bubble("B80", "bot", "断线之前"))
    expect(page.locator('[data-bubble="B80"]')).to_be_visible()
    server.refusing = True
    server.cut()
    banner = page.get_by_text("连接断了，正在重连")
    expect(banner).to_be_visible()
    server.push("bubble", states.bubble("B81", "bot", "断线之中"))
    server.push("row", states.row("R81", "api", "发送 1/1", "send 1/1"))
    server.refusing = False
    expect(banner).to_be_hidden()
    server.push("bubble", states.bubble("B82", "bot", "断线之后"))

    expect(page.locator('[data-bubble="B82"]')).to_be_visible()
    for found in ('[data-bubble="B80"]', '[data-bubble="B81"]', '[data-row="R81"]', '[data-row="R1"]'):
        expect(page.locator(found)).to_have_count(1)


def test_a_stream_too_old_to_resume_loads_everything_anew(server: PageServer, open_page: Open) -> None:
    """`reload` takes a fresh snapshot in place of what was known."""
    page = open_page(server)
    server.state = states.empty() | {"last_event": "500"}
    server.push("reload", {})

    expect(page.locator(".starter")).to_have_count(6)
    expect(page.locator(".row-item")).to_have_count(0)


def test_more_than_two_thousand_rows_leave_the_oldest_out(server: PageServer, open_page: Open) -> None:
    """2 000 rows are kept; above them the wire says that earlier ones are left out."""
    page = open_page(server)
    expect(page.get_by_text("更早的已省略")).to_be_hidden()
    for number in range(1995):
        server.push("row", states.row(f"Q{number}", "api", "发送 1/1", "send 1/1", group="G2"))
    expect(page.locator('[data-row="Q1994"]')).to_have_count(1, timeout=30_000)

    expect(page.locator(".row-item")).to_have_count(2000)
    expect(page.locator('[data-row="R0"]')).to_have_count(0)
    expect(page.get_by_text("更早的已省略")).to_have_count(1)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"web": "down", "bot_hint": states.both("运行 make demo", "run make demo")}, "运行 make demo"),
        ({"store": "down"}, "数据库没回应，微信会再送一次"),
    ],
)
def test_what_is_down_is_told_with_what_to_do(
    server: PageServer, open_page: Open, change: dict[str, str], shown: str
) -> None:
    """The bot down: what to run. The store down: what WeChat will do."""
    page = open_page(server)
    server.push("health", server.state["health"] | change)

    expect(page.locator(".banner.bad:visible")).to_have_text(shown)
