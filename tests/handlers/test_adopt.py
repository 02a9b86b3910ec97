"""`flask --app app adopt`: what the console had, as a file beside the settings; nothing is written over."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.console import AutoReply, Console, Entry, Keyword, Rule
from config.settings import Settings, load
from handlers.adopting import adopted, counted, snippet
from simulator.testing import Simulator
from tests.bot.channels.test_menu_forms import MENU, REPLIES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """The platform."""
    with Simulator() as running:
        yield running


@pytest.fixture
def toml(sim: Simulator, tmp_path: Path) -> Path:
    """The settings of its accounts."""
    file = tmp_path / "yingda.toml"
    file.write_text(sim.config_toml())
    return file


def adopt(toml: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command; no store is there."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "adopt", *words],
        env={"YINGDA_CONFIG": str(toml), "no_proxy": "127.0.0.1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def loaded(sim: Simulator, toml: Path, text: str) -> Settings:
    """The settings with what was adopted pasted into them."""
    lines = [line for line in text.splitlines() if line != "[accounts.shop]"]
    whole = sim.config_toml().replace("[accounts.office]", "\n".join((*lines, "[accounts.office]")))
    file = toml.with_name("pasted.toml")
    file.write_text(whole)
    return load({}, file)


def test_what_the_console_had_is_taken_along(sim: Simulator, toml: Path) -> None:
    """Welcome, pages and texts of the menu, replies by keyword; what cannot come along is named."""
    sim.platform.set_up_console("shop", replies=REPLIES, menu=MENU["selfmenu_info"])
    ended = adopt(toml, "shop")
    assert ended.returncode == 0, ended.stderr
    text = toml.with_name("adopted-shop.toml").read_text()

    shop = loaded(sim, toml, text).accounts["shop"]
    assert shop.welcome == "谢谢关注"
    assert [(one.name, one.says, one.url) for one in shop.menu] == [
        ("更多", None, None),
        ("电话", "电话", None),
    ]
    assert [(one.name, one.url) for one in shop.menu[0].items] == [("官网", "http://a.example/?a=1#b")]
    lines = text.splitlines()
    for line in (
        "#问答 添加 关键词 营业时间 = 十点到九点",
        "#问答 添加 几点 = 十点到九点",
        "#问答 添加 电话 = 0571",
    ):
        assert line in lines
    for left in (
        "关键词 / keywords 营业时间、几点: 图片",
        "菜单 / menu 「文章」: 图文",
        "没有关键词时的回复",
    ):
        assert left in text
        assert left in ended.stdout
    for held in ("#   MEDIA", "#   ID", "#   新茶 https://a.example/tea", "#   稍后回复"):
        assert held in lines
        assert held not in ended.stdout
    assert "adopted-shop.toml" in ended.stdout


def test_nothing_is_ever_written_over(sim: Simulator, toml: Path) -> None:
    """The second time it says so, and the file stays as it is."""
    toml.with_name("adopted-shop.toml").write_text("mine")
    ended = adopt(toml, "shop")

    assert (ended.returncode, toml.with_name("adopted-shop.toml").read_text()) == (1, "mine")
    assert "已经在了" in ended.stderr


def test_an_account_of_any_kind_may_ask(sim: Simulator, toml: Path) -> None:
    """Also one that may have no menu; where nothing was set up, there is nothing."""
    sim.platform.set_kind("shop", "unverified_subscription")
    ended = adopt(toml, "shop")

    assert ended.returncode == 0, ended.stderr
    found = tomllib.loads(toml.with_name("adopted-shop.toml").read_text())
    assert found == {"accounts": {"shop": {}}}


@pytest.mark.parametrize(
    ("account", "said"),
    [("office", "不是公众号"), ("nobody", "{shop, office}"), ("../shop", "{shop, office}")],
)
def test_an_account_without_such_a_console_is_refused(toml: Path, account: str, said: str) -> None:
    """In one line; nothing is written."""
    ended = adopt(toml, account)

    assert ended.returncode == 1
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert list(toml.parent.glob("adopted*")) == []


def test_a_refusal_of_the_platform_is_told(sim: Simulator, toml: Path) -> None:
    """An address that is not allowed with the address, a wrong secret as such; never a secret."""
    sim.platform.refuse_ip("shop", times=1)
    assert "微信不认识这台机器的地址 127.0.0.1（40164）" in adopt(toml, "shop").stderr

    secret = sim.accounts["shop"].secret
    toml.write_text(toml.read_text().replace(secret, "f" * 32))
    refused = adopt(toml, "shop")
    assert "微信不认 app_id 或 app_secret（40125）" in refused.stderr
    assert "f" * 32 not in refused.stderr
    assert list(toml.parent.glob("adopted*")) == []


HOSTILE = [
    '"]\nadmins = ["oEvil"]\n#',
    "a\r\nb\x00\x1b[31m",
    "{assistant} {{x}} {",
    "\u2028换行\u2028",
    "'''\"\"\"\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_leaves_its_quotes(sim: Simulator, toml: Path, text: str) -> None:
    """Whatever somebody typed into a console, it is text and comment, and adds no setting."""
    console = Console(
        AutoReply("text", text),
        AutoReply("text", text),
        (
            Rule(
                (Keyword(text, contains=True), Keyword(text, contains=False)),
                (AutoReply("text", text), AutoReply("text", text), AutoReply(text, text)),
                all=False,
            ),
        ),
        (
            Entry(text, "", "", (Entry(text, "text", text), Entry(text, text, text))),
            Entry(text, "text", text),
            Entry(text, text, text),
            Entry("页", "view", f"https://a.example/{text}"),
        ),
    )
    written = snippet("shop", adopted(console))

    assert set(tomllib.loads(written)["accounts"]["shop"]) <= {"welcome", "menu"}
    shop = loaded(sim, toml, written).accounts["shop"]
    assert list(shop.admins) == list(sim.accounts["shop"].admins)
    assert all(line.startswith("#") or line.isprintable() for line in written.splitlines())


def whole(word: str) -> Keyword:
    """A keyword that has to be the whole message."""
    return Keyword(word, contains=False)


def test_a_whole_menu_is_taken_along(sim: Simulator, toml: Path) -> None:
    """Three buttons with five entries each, in their order; read as settings behind a welcome."""
    menu = tuple(
        Entry(
            f"按钮{top}",
            "",
            "",
            tuple(Entry(f"第{top}{n}页", "view", f"https://a.example/{top}/{n}") for n in range(5)),
        )
        for top in range(3)
    )
    found = adopted(Console(AutoReply("text", "你好\n欢迎"), None, (), menu))
    shop = loaded(sim, toml, snippet("shop", found)).accounts["shop"]

    assert shop.welcome == "你好\n欢迎"
    assert [top.name for top in shop.menu] == ["按钮0", "按钮1", "按钮2"]
    assert [[item.url for item in top.items] for top in shop.menu] == [
        [f"https://a.example/{top}/{n}" for n in range(5)] for top in range(3)
    ]
    assert found.left == []
    assert list(counted(found))[1] == "菜单 / menu: 15"


def test_what_has_no_room_is_written_down_whole(sim: Simulator, toml: Path) -> None:
    """A fourth button, a sixth entry, a name that is too long, an article: with their addresses and texts."""
    pages = tuple(Entry(f"页{n}", "view", f"https://a.example/{n}") for n in range(6))
    console = Console(
        None,
        None,
        (),
        (
            Entry("一", "", "", pages),
            Entry("二" * 6, "", "", (Entry("下", "view", "https://a.example/below"),)),
            Entry("三", "", "", (Entry("文", "news", "ID\n新茶 https://a.example/tea"),)),
            Entry("四", "text", "四的话\n第二行"),
            Entry("五", "text", "长" * 501),
            Entry("六", "text", "六的话"),
            Entry("七", "text", "七的话"),
        ),
    )
    found = adopted(console)
    text = snippet("shop", found)
    shop = loaded(sim, toml, text).accounts["shop"]

    assert [(one.name, len(one.items)) for one in shop.menu] == [("一", 5), ("四", 0), ("六", 0)]
    assert found.faqs == ["#问答 添加 四 = 四的话\n第二行", "#问答 添加 六 = 六的话"]
    lines = text.splitlines()
    for held in (
        "https://a.example/5",
        "https://a.example/below",
        "新茶 https://a.example/tea",
        "长" * 501,
        "七的话",
    ):
        assert f"#   {held}" in lines
    assert lines[(at := lines.index("#问答 添加 四 = 四的话")) : at + 2] == [
        "#问答 添加 四 = 四的话",
        "# 第二行",
    ]


def test_a_welcome_that_is_too_long_is_written_down_to_its_end() -> None:
    """500 characters of it are the setting; nothing in it looks like a field of ours."""
    found = adopted(Console(AutoReply("text", "{长}" * 200 + "\n完"), None, (), ()))

    assert len(found.welcome) == 500
    assert "{" not in found.welcome
    assert found.left[0][1].endswith("（长）\n完")
    assert len(found.left[0][1]) == 102
    assert snippet("shop", found).splitlines()[-1] == "#   完"


def test_only_what_faq_takes_is_counted_as_taken() -> None:
    """A command, too long an answer or keyword, a keyword that /faq would part: left behind, whole."""
    rules = [
        (whole("帮助"), "怎么用"),
        (whole("#问答"), "怎么问"),
        (whole("长"), "长" * 501),
        (whole("长" * 201), "答"),
        (whole("关键词 发货"), "两天"),
        (whole("？"), "什么"),
        (Keyword("发货 时间", contains=True), "三天"),
        (Keyword("长" * 21, contains=True), "四天"),
        (whole("行"), "一\n\n二\n三"),
        (whole("满"), "长" * 500),
        (Keyword("帮助", contains=True), "有人帮"),
    ]
    console = Console(
        None, None, tuple(Rule((word,), (AutoReply("text", said),), all=True) for word, said in rules), ()
    )
    found = adopted(console)

    assert found.faqs == [
        "#问答 添加 行 = 一\n\n二\n三",
        f"#问答 添加 满 = {'长' * 500}",
        "#问答 添加 关键词 帮助 = 有人帮",
    ]
    assert [held for _, held in found.left] == [said for _, said in rules[:8]]
    assert list(counted(found))[2] == "关键词回复 / keyword replies: 3"


def test_of_several_replies_one_is_kept_and_the_others_written_down() -> None:
    """Where a console chose one by chance; where it said all of them, they are one answer, in lines."""
    replies = (AutoReply("text", "一"), AutoReply("text", "二\n三"))
    rules = (Rule((whole("甲=乙"),), replies, all=False), Rule((whole("丙"),), replies, all=True))
    found = adopted(Console(None, None, rules, ()))

    assert found.faqs == ["#问答 添加 甲 乙 = 一", "#问答 添加 丙 = 一\n二\n三"]
    assert [held for _, held in found.left] == ["二\n三"]
