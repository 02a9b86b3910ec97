"""The simulated platform's menus hold the documented limits, are seen on the page, and are tapped."""

from typing import Any

import pytest

from simulator.testing import XIAOYU, Simulator

CLICK = {"type": "click", "name": "新对话", "key": "NEW"}
VIEW = {"type": "view", "name": "官网", "url": "https://a.example/"}


def below(*buttons: dict[str, Any]) -> dict[str, Any]:
    """A button that holds others."""
    return {"name": "更多", "sub_button": list(buttons)}


@pytest.mark.parametrize(
    ("button", "errcode"),
    [
        (CLICK | {"name": "顶" * 5}, 0),
        (CLICK | {"name": "顶" * 6}, 40018),
        (CLICK | {"name": ""}, 40018),
        (CLICK | {"key": "k" * 128}, 0),
        (CLICK | {"key": "k" * 129}, 40019),
        (CLICK | {"key": ""}, 40019),
        (VIEW | {"url": "https://a.example/" + "u" * 1006}, 0),
        (VIEW | {"url": "https://a.example/" + "u" * 1007}, 40020),
        (VIEW | {"url": "a.example"}, 40020),
        (CLICK | {"type": "poem"}, 40015),
        (below(*[CLICK] * 5), 0),
        (below(*[CLICK] * 6), 40023),
        (below(CLICK | {"name": "项" * 20}), 0),
        (below(CLICK | {"name": "项" * 21}), 40025),
        (below(CLICK | {"key": "k" * 129}), 40026),
        (below(VIEW | {"url": "weixin://a"}), 40027),
        (below(CLICK | {"type": "poem"}), 40024),
        ("no table", 40023),
        ({"name": "更多", "sub_button": "x"}, 40023),
    ],
)
def test_a_menu_has_its_limits(client: Any, token: str, button: Any, errcode: int) -> None:
    """Each mistake has its code (protocol B5)."""
    assert client.post("/cgi-bin/menu/create", {"button": [button]}, access_token=token)["errcode"] == errcode


def test_the_menu_of_an_app_belongs_to_its_agent(sim: Simulator, client: Any, corp_token: str) -> None:
    """With agentid, and shorter names below (protocol C8)."""
    path, agent = "/cgi-bin/menu/create", str(sim.accounts["office"].agent_id)
    menu = {"button": [below(CLICK)]}

    assert client.post(path, menu, access_token=corp_token)["errcode"] == 301002
    long = {"button": [below(CLICK | {"name": "项" * 6})]}
    assert client.post(path, long, access_token=corp_token, agentid=agent)["errcode"] == 40025
    assert client.get("/cgi-bin/menu/get", access_token=corp_token, agentid=agent)["errcode"] == 46003
    assert client.post(path, menu, access_token=corp_token, agentid=agent)["errcode"] == 0
    assert client.get("/cgi-bin/menu/get", access_token=corp_token, agentid=agent)["button"] == menu["button"]


def test_an_account_without_the_right_is_refused(sim: Simulator, client: Any, token: str) -> None:
    """48001; what the console had may be asked for by every account."""
    sim.platform.set_kind("shop", "unverified_subscription")

    assert client.get("/cgi-bin/menu/get", access_token=token)["errcode"] == 48001
    assert client.get("/cgi-bin/get_current_selfmenu_info", access_token=token)["is_menu_open"] == 0
    assert client.get("/cgi-bin/get_current_autoreply_info", access_token=token)["is_autoreply_open"] == 0


def test_the_page_hears_of_a_menu(sim: Simulator, client: Any, token: str) -> None:
    """It is part of the account; a tap names its button in the thread."""
    client.post("/cgi-bin/menu/create", {"button": [below(CLICK, VIEW)]}, access_token=token)
    assert sim.accounts["shop"].as_json()["menu"] == {"button": [below(CLICK, VIEW)]}

    for name, key in (("CLICK", "NEW"), ("VIEW", "https://a.example/"), ("CLICK", "gone")):
        sim.event("shop", XIAOYU, name, key)
    lines = [bubble["text"] for bubble in sim.call(sim.world.phones.bubbles_json)]
    assert lines == ["点了菜单「新对话」", "打开了菜单里的网页「官网」", "点了菜单 gone"]
