"""`flask --app app adopt`: what the console had, as a file beside the settings; nothing is written over."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.console import AutoReply, Console, Entry, Rule
from config.settings import Settings, load
from handlers.adopting import adopted, snippet
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
    assert [(one.name, one.says, one.url) for one in shop.own_items] == [
        ("官网", None, "http://a.example/?a=1#b"),
        ("电话", "电话", None),
    ]
    lines = text.splitlines()
    for line in (
        "#问答 添加 营业时间 = 十点到九点",
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
        (Rule((text, text), (AutoReply("text", text), AutoReply(text)), all=False),),
        (
            Entry(text, "text", text),
            Entry(text, text, text),
            Entry("页", "view", f"https://a.example/{text}"),
        ),
    )
    written = snippet("shop", adopted(console))

    assert set(tomllib.loads(written)["accounts"]["shop"]) <= {"welcome", "own_items"}
    shop = loaded(sim, toml, written).accounts["shop"]
    assert list(shop.admins) == list(sim.accounts["shop"].admins)
    assert all(line.startswith("#") or line.isprintable() for line in written.splitlines())


def test_what_is_too_long_or_too_much_is_cut_and_named() -> None:
    """500 characters of a welcome with braces, five buttons, one of several replies."""
    replies = (AutoReply("text", "一"), AutoReply("text", "二\n三"))
    console = Console(
        AutoReply("text", "{长}" * 300),
        None,
        (Rule(("甲=乙",), replies, all=False), Rule(("丙",), replies, all=True)),
        tuple(Entry(f"第{n}个", "view", "https://a.example/") for n in range(6)),
    )
    found = adopted(console)

    assert len(found.welcome) <= 500
    assert len(found.items) == 5
    assert found.faqs == ["#问答 添加 甲 乙 = 一", "#问答 添加 丙 = 一 二 三"]
    assert len(found.left) == 3
