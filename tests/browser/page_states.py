"""Canned parts of the simulator's state for the page's tests, and the state in which nothing was said."""

import time
from typing import Any

XIAOYU = "oXiaoyu_demo"
BOSS = "oBoss_demo"
NOTICE = "该公众号暂时无法提供服务，请稍后再试"
NOW = int(time.time() * 1000)


def both(text: str, english: str) -> dict[str, str]:
    """A text in both languages."""
    return {"zh": text, "en": english}


def empty() -> dict[str, Any]:
    """Two accounts, four people, nothing said."""
    service = ["verified_service", "verified_subscription", "unverified_subscription"]
    return {
        "last_event": "100",
        "accounts": [
            {
                "name": "shop",
                "channel": "official",
                "title": both("青禾书店", "Green Grain Books"),
                "kind": service[0],
                "kinds": service,
            },
            {
                "name": "office",
                "channel": "wecom",
                "title": both("青禾同事助手", "Green Grain Staff Desk"),
                "kind": "wecom_app",
                "kinds": ["wecom_app"],
            },
        ],
        "people": [
            person("shop", XIAOYU, "小雨", "follower"),
            person("shop", BOSS, "老板", "admin"),
            person("office", "xiaolin", "小林", "member"),
            person("office", "boss", "老板", "admin"),
        ],
        "bubbles": [],
        "groups": [],
        "rows": [],
        "typing": [],
        "allowances": [],
        "health": {
            "web": "up",
            "workers": 2,
            "store": "up",
            "model": {"state": "up", "name": "stand-in", "standin": True},
            "bot_hint": None,
        },
        "cards": cards(),
        "faults": {
            "model": {"first_byte_s": 0.3, "chunks_per_s": 40, "mode": "ok"},
            "platform": {"delay_ms": 0, "errcode": 0},
        },
    }


def person(account: str, peer: str, name: str, role: str, *, following: bool = True) -> dict[str, Any]:
    """Someone in the picker."""
    return {"account": account, "id": peer, "name": name, "role": role, "following": following, "unread": 0}


def cards() -> list[dict[str, Any]]:
    """Three cards, one of each kind of state."""
    return [
        card(
            "three_times",
            "同一条送 3 次",
            "Delivered 3 times",
            "passed",
            both("只答了 1 次，问了模型 1 次", "1 answer, 1 model call"),
        ),
        card("kill_worker", "💥 杀掉工人", "💥 Kill the worker", "running", None),
        card("model_slow", "模型 8 秒才开口", "The model takes 8 s", "idle", None),
        card(
            "model_cut",
            "模型断线",
            "The model breaks off",
            "failed",
            both("等了 30 秒，没有等到答案", "no answer within 30 s"),
        ),
        card("unverified", "未认证的订阅号", "Unverified account", "not_yet", None),
    ]


def card(number: str, title: str, english: str, state: str, verdict: dict[str, str] | None) -> dict[str, Any]:
    """One experiment."""
    does = both("微信把同一条消息同时送来三遍", "WeChat delivers the same message three times at once")
    expect = both("只答一次", "exactly one answer")
    return {
        "id": number,
        "title": both(title, english),
        "does": does,
        "expect": expect,
        "state": state,
        "verdict": verdict,
    }


def bubble(number: str, who: str, text: str, **more: Any) -> dict[str, Any]:
    """One thing in 小雨's thread."""
    usual = {
        "id": number,
        "account": "shop",
        "peer": XIAOYU,
        "who": who,
        "kind": "text",
        "text": text,
        "t_ms": NOW,
        "state": "acked" if who == "person" else "delivered",
        "attempt": 1,
        "attempts": 3,
        "ms": 8,
        "ai": False,
        "group": "",
        "rows": [],
    }
    return usual | more


def row(number: str, direction: str, what: str, english: str, **more: Any) -> dict[str, Any]:
    """One row on the wire."""
    usual = {
        "id": number,
        "group": "G1",
        "t_ms": NOW,
        "direction": direction,
        "what": both(what, english),
        "account": "shop",
        "peer": XIAOYU,
        "ok": True,
        "status": 200,
        "errcode": None,
        "meaning": None,
        "ms": 8.2,
        "bytes": 702,
        "limit": None,
        "bubble": None,
        "open": False,
    }
    return usual | more


def group(number: str, title: str, **more: Any) -> dict[str, Any]:
    """One incoming message."""
    usual = {
        "id": number,
        "title": title,
        "account": "shop",
        "peer": XIAOYU,
        "person": "小雨",
        "t_ms": NOW,
        "replies": 1,
        "total_ms": 1240,
        "ok": True,
        "phases": {"ack": 8, "queue": 30, "first_token": 402, "send": 800},
    }
    return usual | more
