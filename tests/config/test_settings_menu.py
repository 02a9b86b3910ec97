"""Menu, QR scenes and welcome in the settings: what fits, and one line for what does not."""

from collections.abc import Callable

import pytest

from config.accounts import OfficialSettings
from config.settings import Settings

Loader = Callable[..., Settings]
Refusal = Callable[..., str]

BELOW = "[accounts.office]"
BUTTON = '{ name = "a", says = "b" }'


def with_shop(complete: str, lines: str) -> str:
    """The complete configuration with *lines* in the shop's table."""
    return complete.replace(BELOW, f"{lines}\n{BELOW}")


def with_office(complete: str, lines: str) -> str:
    """The same for the WeCom app."""
    return f"{complete}\n{lines}\n"


def test_a_whole_menu_loads(load_toml: Loader, complete: str) -> None:
    """As tables of tables, with names as long as the platform takes them."""
    lines = f'''
[[accounts.shop.menu]]
name = "{"顶" * 5}"
items = [
    {{ name = "{"项" * 20}", says = "/换角色 翻译" }},
    {{ name = "官网", url = "https://a.example/?a=1#b" }},
]

[[accounts.shop.menu]]
name = "帮助"
says = "/help"
'''
    menu = load_toml(with_shop(complete, lines)).accounts["shop"].menu

    assert [(top.says, [item.says or item.url for item in top.items]) for top in menu] == [
        (None, ["/换角色 翻译", "https://a.example/?a=1#b"]),
        ("/help", []),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (f"menu = [{', '.join([BUTTON] * 4)}]", "menu holds too many entries; 3 are the most"),
        (
            f'menu = [{{ name = "a", items = [{", ".join([BUTTON] * 6)}] }}]',
            "menu.items holds too many entries",
        ),
        ('menu = [{ name = "a" }]', "menu needs exactly one of says, url, items"),
        ('menu = [{ name = "a", items = [] }]', "menu needs exactly one of says, url, items"),
        ('menu = [{ name = "a", says = "b", url = "https://c/" }]', "menu needs exactly one of"),
        ('menu = [{ name = "a", items = [{ name = "b" }] }]', "menu.items needs exactly one of says, url"),
        ('menu = [{ says = "b" }]', "menu.name"),
        ('menu = [{ name = " ", says = "b" }]', "menu.name is blank"),
        ('menu = [{ name = "a\\nb", says = "b" }]', "menu.name holds a line break"),
        (f'menu = [{{ name = "{"顶" * 6}", says = "b" }}]', "menu.name is too long; 16 bytes are the most"),
        (f'menu = [{{ name = "a", says = "{"说" * 41}" }}]', "menu.says is too long; 120 bytes are the most"),
        ('menu = [{ name = "a", says = "b", key = "c" }]', "menu.key is not a key that Yingda knows"),
        ('menu = [{ name = "a", url = "weixin://b" }]', "menu.url must be a page such as https://"),
        (f'menu = [{{ name = "a", url = "https://b/{"c" * 1024}" }}]', "menu.url must be a page such as"),
        ('menu = "a"', "menu must be a list"),
        ('menu = ["a"]', "menu must be a table of keys"),
        (f'own_items = [{{ name = "{"项" * 21}", says = "b" }}]', "own_items.name is too long; 60 bytes"),
        (f"own_items = [{', '.join([BUTTON] * 6)}]", "own_items holds too many entries; 5 are the most"),
        (f"menu = [{BUTTON}]\nown_items = [{BUTTON}]", "own_items has no place in a menu of your own"),
        ('scenes = { x = { role = "nobody77" } }', "scenes.x.role names no role"),
        ('scenes = { x = { model = "other77" } }', "scenes.x.model names a model that is not configured"),
        ('scenes = { x = { rolle = "翻译" } }', "scenes.x.rolle is not a key that Yingda knows"),
        ("scenes = { qrscene_x = {} }", "scenes.qrscene_x begins with qrscene_"),
        (f"scenes = {{ {'x' * 65} = {{}} }}", f"scenes.{'x' * 65} is no name of a QR code's scene"),
        ('scenes = { "a\\nb" = {} }', "scenes.a\\nb is no name of a QR code's scene"),
        ('scenes = { "" = {} }', "scenes. is no name of a QR code's scene"),
        ("scenes = { x = 1 }", "scenes.x must be a table of keys"),
        ('scenes = { x = { welcome = "{name}" } }', "scenes.x.welcome may hold {assistant}, {title} and"),
        ('welcome = "{0}"', "welcome may hold {assistant}, {title} and {examples}"),
        ('welcome = "{title.x}"', "welcome may hold {assistant}, {title} and {examples}"),
        ('welcome = "{{title}}"', "welcome may hold {assistant}, {title} and {examples}, and no other"),
        ('welcome = "a { b"', "welcome may hold {assistant}, {title} and {examples}"),
        ('welcome = " \\n "', "welcome is blank"),
        ('welcome = "a\\u0007b"', "welcome holds an invisible character"),
        (f'welcome = "{"长" * 501}"', "welcome is too long; 500 characters are the most"),
        ("welcome = 7777", "welcome must be text in quotes"),
    ],
)
def test_what_the_platform_would_not_take_is_refused(
    refused: Refusal, complete: str, lines: str, said: str
) -> None:
    """Before anything starts, and with the key in full."""
    told = refused(with_shop(complete, lines))

    assert told.startswith(f"accounts.shop.{said}"), told


def test_a_wecom_app_has_shorter_names_and_no_codes(refused: Refusal, complete: str) -> None:
    """16 bytes also below (protocol C8)."""
    long = 'menu = [{ name = "a", items = [{ name = "六个字的名字", says = "b" }] }]'

    assert refused(with_office(complete, long)).startswith("accounts.office.menu.items.name is too long; 16")
    assert refused(with_office(complete, "scenes = {}")).startswith("accounts.office.scenes is not a key")


def test_a_scene_may_choose_anything_or_nothing(load_toml: Loader, complete: str) -> None:
    """A role by either name, a welcome of several lines, the model there is."""
    lines = '''
[accounts.shop.scenes.fair]
role = "翻译"
welcome = """
你好，
{examples}
再见"""
model = "gpt-4o-mini"

[accounts.shop.scenes."门口 1"]
'''
    shop = load_toml(with_shop(complete, lines)).accounts["shop"]

    assert isinstance(shop, OfficialSettings)
    assert shop.scenes["fair"].welcome == "你好，\n{examples}\n再见"
    assert [scene.is_answered for scene in shop.scenes.values()] == [True, False]


def test_a_scene_may_choose_any_model_that_may_be_chosen(load_toml: Loader, complete: str) -> None:
    """The first of `chat` and each of `chat.models`."""
    lines = '[accounts.shop.scenes.x]\nmodel = "second77"'
    written = with_shop(complete, lines).replace("[chat]\n", '[chat]\nmodels = ["second77"]\n')

    assert load_toml(written).accounts["shop"].scenes["x"].model == "second77"
