"""The page /privacy/<account>: true to the settings, harmless, and there while the store is away."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config.settings import load
from config.wording import load_texts
from handlers import privacy
from tests.config.conftest import COMPLETE

HOSTILE = "\"><script>alert(1)</script>{{ 7*7 }}'&<b>"


def client(folder: Path, more: Mapping[str, str] | None = None) -> FlaskClient:
    """The page's route, as app.py has it, over settings that name a store which is not there."""
    (folder / "yingda.toml").write_text(COMPLETE)
    settings = load({"REDIS_URL": "redis://127.0.0.1:9/0", **(more or {})}, folder / "yingda.toml")
    texts = {name: load_texts(account.language) for name, account in settings.accounts.items()}
    app = Flask(__name__, static_folder=None)
    app.add_url_rule(
        "/privacy/<account>", view_func=lambda account: privacy.page(settings, texts.get(account), account)
    )
    return app.test_client()


class Reader(HTMLParser):
    """The words of a page, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def test_the_page_says_who_what_and_how_long(tmp_path: Path) -> None:
    """Everything the owner has written, and the lifetimes that are set."""
    written = {
        "YINGDA_NOTICE__OPERATOR": "青禾书店有限公司",
        "YINGDA_NOTICE__CONTACT": "0571-0000000",
        "YINGDA_NOTICE__FILING": "Zhejiang-Something-2026",
        "YINGDA_NOTICE__PRIVACY_CONTACT": "privacy@example.com",
        "YINGDA_NOTICE__MODEL": "某某大模型",
        "YINGDA_MEMORY__DAYS": "17",
        "YINGDA_PRIVACY__AUDIT_DAYS": "77",
        "YINGDA_ACCOUNTS__SHOP__TITLE": "青禾书店",
    }
    answer = client(tmp_path, written).get("/privacy/shop")
    words = Reader(answer.text).words

    assert answer.status_code == 200
    assert {value for key, value in written.items() if "NOTICE" in key} <= set(words)
    whole = "\n".join(words)
    for said in ("青禾书店的 AI 助手", "由 AI 生成", "17 天", "77 天", "「导出」", "「删除」", "「投诉」"):
        assert said in whole
    assert "gpt-4o-mini" not in whole


def test_what_outlives_an_erasure_is_said(tmp_path: Path) -> None:
    """What stays on purpose, and what cannot be reached, stands under a head of its own."""
    words = Reader(client(tmp_path).get("/privacy/shop").text).words
    kept, left = (words.index(head) for head in ("留什么，留多久", "删除以后还留着"))

    assert kept < words.index("你可以") < left
    for said in ("管理员自己的聊天", "31 天", "连同当时的问和答", "余额"):
        assert said in "\n".join(words[kept:left])
    for said in ("删不到", "一直留着", "2 天", "400 天"):
        assert said in "\n".join(words[left:])


def test_the_page_stands_alone(tmp_path: Path) -> None:
    """Nothing is fetched, nothing runs; it fits a phone, and the dark."""
    answer = client(tmp_path).get("/privacy/shop")

    assert answer.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not {"script", "img", "link", "iframe", "form"} & set(Reader(answer.text).tags)
    assert "src=" not in answer.text
    assert "url(" not in answer.text
    assert "width=device-width" in answer.text
    assert "prefers-color-scheme: dark" in answer.text


def test_blanks_are_left_out(tmp_path: Path) -> None:
    """No row without words; the model's name is always there."""
    words = Reader(client(tmp_path).get("/privacy/office").text).words

    assert words[words.index("模型") + 1] == "gpt-4o-mini"
    assert not {"运营者", "联系方式", "备案号"} & set(words)


def test_an_english_account_has_an_english_page(tmp_path: Path) -> None:
    """Commands included."""
    english = {"YINGDA_ACCOUNTS__SHOP__LANGUAGE": "en", "YINGDA_ACCOUNTS__SHOP__TITLE": "Green Grain Books"}
    text = client(tmp_path, english).get("/privacy/shop").text

    assert '<html lang="en">' in text
    assert "/forget" in text
    assert not re.search(r"[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("key", ["NOTICE__OPERATOR", "NOTICE__MODEL", "ACCOUNTS__SHOP__TITLE"])
def test_what_the_owner_writes_is_never_markup(tmp_path: Path, key: str) -> None:
    """Tags, quotes and templates are shown as they are."""
    reader = Reader(client(tmp_path, {f"YINGDA_{key}": HOSTILE}).get("/privacy/shop").text)

    assert "script" not in reader.tags
    assert any(HOSTILE in word for word in reader.words), reader.words


@pytest.mark.parametrize("keep_text", [True, False])
def test_kept_text_is_said_only_where_it_is_kept(tmp_path: Path, *, keep_text: bool) -> None:
    """privacy.keep_text decides whether admins can look at it, and so does the page."""
    page = client(tmp_path, {"YINGDA_PRIVACY__KEEP_TEXT": str(keep_text).lower()}).get("/privacy/shop")

    assert ("管理员看得到" in page.text) == keep_text


@pytest.mark.parametrize("account", ["nobody", "%3Cscript%3E", "..", "shop%2F", "SHOP"])
def test_an_unknown_account_is_404(tmp_path: Path, account: str) -> None:
    """Without a word."""
    answer = client(tmp_path).get(f"/privacy/{account}")

    assert answer.status_code == 404
    assert "script" not in answer.text


def test_about_is_three_lines_with_the_link(tmp_path: Path) -> None:
    """Who, who is responsible, and where the rest is to be read."""
    client(tmp_path)
    environ = {"YINGDA_WEB__PUBLIC_URL": "https://bot.example.com", "YINGDA_NOTICE__OPERATOR": "青禾书店"}
    settings, texts = load(environ, tmp_path / "yingda.toml"), load_texts("zh")
    said = texts.say(
        "about_linked",
        assistant="小答",
        model=privacy.model_name(settings),
        responsible=privacy.responsible_line(settings, texts),
        link=privacy.address(settings, "shop"),
    )

    assert said.splitlines()[1:] == [
        "运营者：青禾书店",
        "留什么、留多久、怎么删：https://bot.example.com/privacy/shop",
    ]
