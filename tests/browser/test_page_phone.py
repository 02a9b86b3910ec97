"""The phones of the simulator's page: speaking, states, links, people."""

from collections.abc import Callable
from typing import Any

import page_states as states
import pytest
from page_server import PageServer
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
Serve = Callable[[dict[str, Any]], PageServer]
SHOP = '.phone[data-account="shop"]'


def test_enter_sends_and_empties_the_text_area(server: PageServer, open_page: Open) -> None:
    """Enter sends what is written, to the account and person on the screen, and nothing stays behind."""
    page = open_page(server)
    page.fill(f"{SHOP} textarea", "你好")
    page.press(f"{SHOP} textarea", "Enter")

    assert server.wait_for(lambda: bool(server.saw("/sim/say")))
    assert server.saw("/sim/say") == [
        {"account": "shop", "peer": states.XIAOYU, "kind": "text", "text": "你好"}
    ]
    expect(page.locator(f"{SHOP} textarea")).to_have_value("")


def test_shift_enter_makes_a_line_and_five_lines_are_the_most(server: PageServer, open_page: Open) -> None:
    """Shift+Enter never sends; the text area grows to five lines and then scrolls."""
    page = open_page(server)
    heights = []
    box = page.locator(f"{SHOP} textarea")
    box.focus()
    for _ in range(8):
        page.keyboard.type("字")
        page.keyboard.press("Shift+Enter")
        heights.append(box.evaluate("e => e.clientHeight"))

    assert server.saw("/sim/say") == []
    assert heights[0] < heights[1] < heights[2] < heights[3] == heights[7]
    assert heights[7] == 5 * 24 + 18


@pytest.mark.parametrize("how", ["composing", "key 229"])
def test_the_enter_of_an_input_method_does_not_send(server: PageServer, open_page: Open, how: str) -> None:
    """While characters are put together Enter chooses one; only the Enter after it sends."""
    page = open_page(server)
    page.locator(f"{SHOP} textarea").evaluate(
        """(box, how) => {
          box.focus();
          box.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true, data: ""}));
          box.value = "ni hao";
          box.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true, data: "ni hao"}));
          const enter = {key: "Enter", code: "Enter", bubbles: true, cancelable: true};
          const choosing = how === "composing" ? {...enter, isComposing: true} : {...enter, keyCode: 229};
          const taken = !box.dispatchEvent(new KeyboardEvent("keydown", choosing));
          if (taken) throw new Error("the page took the input method's Enter");
          box.value = "你好";
          box.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true, data: "你好"}));
          box.dispatchEvent(new InputEvent("input", {bubbles: true, data: "你好"}));
        }""",
        how,
    )
    expect(page.locator(f"{SHOP} textarea")).to_have_value("你好")
    assert server.saw("/sim/say") == []

    page.press(f"{SHOP} textarea", "Enter")
    assert server.wait_for(lambda: [said["text"] for said in server.saw("/sim/say")] == ["你好"])


def test_what_could_not_be_sent_comes_back(server: PageServer, open_page: Open) -> None:
    """A refused message returns to the text area, with the reason shown."""
    server.answers["/sim/say"] = lambda _: (400, {"error": states.both("先关注，才能发消息", "follow first")})
    page = open_page(server, tolerated=("400 (Bad Request)",))
    page.fill(f"{SHOP} textarea", "在吗")
    page.press(f"{SHOP} textarea", "Enter")

    expect(page.locator(".toast")).to_have_text("先关注，才能发消息")
    expect(page.locator(f"{SHOP} textarea")).to_have_value("在吗")


def test_an_own_bubble_shows_how_far_it_got(server: PageServer, open_page: Open) -> None:
    """○ sending, ⟳ which attempt, ✓ acknowledged in how long, ✗ not delivered."""
    page = open_page(server)
    state = page.locator(f'{SHOP} .turn:has([data-bubble="B50"]) .state')
    server.push("bubble", states.bubble("B50", "person", "喂", state="sending", ms=0))
    expect(state).to_have_text("○ 发送中")
    for change, shown in (
        ({"state": "retry", "attempt": 2}, "⟳ 第 2/3 次"),
        ({"state": "acked", "ms": 8}, "✓ 已确认 8 ms"),
        ({"state": "failed"}, "✗ 没有送到"),
    ):
        server.push("bubble_update", states.bubble("B50", "person", "喂") | change)
        expect(state).to_have_text(shown)
    expect(page.locator('[data-bubble="B50"]')).to_have_count(1)


def test_a_tapped_menu_link_sends_its_words_and_id(server: PageServer, open_page: Open) -> None:
    """weixin://bizmsgmenu makes the person say its decoded content, with the menu's id."""
    page = open_page(server)
    page.click(f"{SHOP} >> text=继续看")

    assert server.wait_for(lambda: bool(server.saw("/sim/say")))
    assert server.saw("/sim/say")[0] | {"text": "继续", "menu_id": "101"} == server.saw("/sim/say")[0]


def test_only_safe_links_work_and_markup_stays_text(server: PageServer, open_page: Open) -> None:
    """http(s) links open elsewhere without a referrer; script addresses and other tags are shown as typed."""
    page = open_page(server)
    evil = '<a href="javascript:alert(1)">点我</a><img src=x onerror=alert(1)><b>粗</b> https://a.example/x。'
    server.push("bubble", states.bubble("B60", "bot", evil))
    bubble = page.locator('[data-bubble="B60"]')

    expect(bubble).to_have_text(evil)
    assert bubble.locator("img, b").count() == 0
    links = bubble.locator("a").evaluate_all("all => all.map(a => [a.href, a.rel, a.target])")
    assert links == [["https://a.example/x", "noopener noreferrer", "_blank"]]


def test_the_ai_tag_and_the_fault_notice_with_its_way_to_the_wire(
    server: PageServer, open_page: Open
) -> None:
    """The tag stands under what carries it; 「为什么？」 under the notice leads to the notice's rows."""
    page = open_page(server)
    expect(page.locator(f'{SHOP} .turn:has([data-bubble="B4"]) .under')).to_have_text("内容由第三方 AI 生成")
    expect(page.locator('[data-bubble="B11"]')).to_have_text(states.NOTICE)
    page.click(f"{SHOP} .why")

    expect(page.locator('[data-row="R11"] .row')).to_be_focused()


def test_someone_elses_answer_leaves_an_unread_dot(server: PageServer, open_page: Open) -> None:
    """An answer in a thread nobody looks at is counted at its person, until the thread is opened."""
    page = open_page(server)
    server.push("bubble", states.bubble("B70", "bot", "今天有 86 人来过", peer=states.BOSS))
    boss = page.locator(f'{SHOP} .person[data-peer="{states.BOSS}"]')
    expect(boss.locator(".unread")).to_have_text("1")
    boss.click()

    expect(boss.locator(".unread")).to_have_count(0)
    expect(page.locator('[data-bubble="B70"]')).to_be_visible()


def test_typing_and_the_allowance_are_live(server: PageServer, open_page: Open) -> None:
    """The header says that the other side types; the allowance counts down by itself."""
    page = open_page(server)
    expect(page.locator(f"{SHOP} .allowance")).to_have_text("剩 3/5 条 · 47:59")
    server.push("typing", {"account": "shop", "peer": states.XIAOYU, "on": True})
    expect(page.locator(f"{SHOP} .phone-name")).to_have_text("对方正在输入…")
    server.push("typing", {"account": "shop", "peer": states.XIAOYU, "on": False})
    expect(page.locator(f"{SHOP} .phone-name")).to_have_text("青禾书店")
    until = page.evaluate("Date.now()") + 1500
    server.push(
        "allowance", {"account": "shop", "peer": states.XIAOYU, "left": 2, "of": 3, "until_ms": until}
    )
    expect(page.locator(f"{SHOP} .allowance")).to_have_text("剩 2/3 条 · 0 秒")
    expect(page.locator(f"{SHOP} .allowance")).to_have_text("发送时限已过，等对方再开口")


def test_the_sheet_really_sends(server: PageServer, open_page: Open) -> None:
    """Pictures, places and the like go out as messages, follow and scan as events."""
    page = open_page(server)
    for name in ("image", "voice", "location", "link", "sticker", "unfollow", "scan"):
        page.click(f"{SHOP} .composer [aria-label=更多]")
        page.click(f'{SHOP} [data-sheet="{name}"]')

    assert server.wait_for(lambda: len(server.asked) == 7)
    said = {body["kind"] for body in server.saw("/sim/say")}
    assert said == {"image", "voice", "location", "link", "sticker"}
    assert {body["event"] for body in server.saw("/sim/event")} == {"unsubscribe", "SCAN"}


def test_whoever_left_has_to_follow_again(server: PageServer, open_page: Open) -> None:
    """After unfollowing there is no text area, only the way back."""
    page = open_page(server)
    server.push("person", states.person("shop", states.XIAOYU, "小雨", "follower", following=False))
    expect(page.locator(f"{SHOP} textarea")).to_be_hidden()
    page.click(f"{SHOP} .unfollowed button")

    assert server.wait_for(lambda: bool(server.saw("/sim/event")))
    assert server.saw("/sim/event")[0]["event"] == "subscribe"


def test_the_menu_a_new_person_and_another_kind_of_account(server: PageServer, open_page: Open) -> None:
    """☰ says that there is no menu yet; + adds a person; the chip changes the account."""
    zoe = states.person("shop", "oZoe", "小佳", "follower")
    server.answers["/sim/people"] = lambda _: (200, zoe)
    unverified = server.state["accounts"][0] | {"kind": "unverified_subscription"}
    server.answers["/sim/accounts/shop"] = lambda _: (200, unverified)
    page = open_page(server)
    page.click(f"{SHOP} [aria-label=自定义菜单]")
    expect(page.locator(f"{SHOP} .menu-bar")).to_have_text("自定义菜单还没有")
    page.click(f"{SHOP} [aria-label=新的人]")
    page.keyboard.type("小佳")
    page.keyboard.press("Enter")
    expect(page.locator(f'{SHOP} .person[data-peer="oZoe"]')).to_have_attribute("aria-pressed", "true")
    page.click(f"{SHOP} button.chip")
    page.click(f"{SHOP} .pop >> text=未认证订阅号")

    expect(page.locator(f"{SHOP} button.chip")).to_contain_text("未认证订阅号")
    assert server.saw("/sim/accounts/shop") == [{"kind": "unverified_subscription"}]


def test_a_custom_menu_is_tapped(server: PageServer, open_page: Open) -> None:
    """A button of the row opens a list or acts; words go out as CLICK, a page opens and tells VIEW."""
    below = [
        {"type": "click", "name": "新对话", "key": "say:/new"},
        {"type": "view", "name": "官网", "url": f"{server.address}#shop"},
        {"type": "scancode_push", "name": "扫一扫", "key": "k"},
    ]
    buttons = [{"name": "问小答", "sub_button": below}, {"type": "click", "name": "帮助", "key": "say:/help"}]
    page = open_page(server)
    page.click(f"{SHOP} [aria-label=自定义菜单]")
    server.push("account", server.state["accounts"][0] | {"menu": {"button": buttons}})
    page.click(f"{SHOP} .menu-bar >> text=帮助")
    page.click(f"{SHOP} .menu-bar >> text=问小答")
    expect(page.locator(f"{SHOP} .menu-list >> text=扫一扫")).to_be_disabled()
    page.click(f"{SHOP} .menu-list >> text=新对话")
    expect(page.locator(f"{SHOP} .menu-list")).to_be_hidden()
    page.click(f"{SHOP} .menu-bar >> text=问小答")
    with page.context.expect_page() as opened:
        page.click(f"{SHOP} .menu-list >> text=官网")
    assert opened.value.url.endswith("#shop")

    assert server.wait_for(lambda: len(server.saw("/sim/event")) == 3)
    assert [(body["event"], body["key"]) for body in server.saw("/sim/event")] == [
        ("CLICK", "say:/help"),
        ("CLICK", "say:/new"),
        ("VIEW", f"{server.address}#shop"),
    ]


def test_empty_threads_offer_three_starters(serve: Serve, open_page: Open) -> None:
    """Where nothing was said, three chips say it with one tap, and the wire says what will appear."""
    server = serve(states.empty())
    page = open_page(server)
    expect(page.locator(f"{SHOP} .starter")).to_have_count(3)
    expect(page.locator(".wire-empty")).to_have_text("发一句话，就能看到微信和应答之间说了什么")
    page.click(f"{SHOP} .starter >> nth=0")

    assert server.wait_for(lambda: bool(server.saw("/sim/say")))
    server.push("bubble", states.bubble("B1", "person", "周末几点关门？"))
    expect(page.locator(f"{SHOP} .starter")).to_have_count(0)


def test_a_long_thread_is_one_stop_of_the_tab_key(server: PageServer, open_page: Open) -> None:
    """Tab reaches the newest bubble only; arrows walk to the others, Enter leads to their rows."""
    page = open_page(server)
    server.push("bubble", states.bubble("B90", "bot", "最新的", group="G2", rows=["R8"]))
    expect(page.locator('[data-bubble="B90"]')).to_have_attribute("tabindex", "0")
    stops = page.locator(f'{SHOP} [data-bubble][tabindex="0"]')
    expect(stops).to_have_count(1)
    stops.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator('[data-bubble="B11"]')).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator('[data-row="R11"] .row')).to_be_focused()
