"""The simulator's state after a lively day: answers, links, a failure with its notice, an error code."""

import time
from typing import Any

from page_states import NOTICE, NOW, XIAOYU, both, bubble, empty, group, row

WELCOME = (
    "你好，我是小答，青禾书店的 AI 助手 👋\n直接打字问我就行，比如：\n"
    "· 周末几点关门？\n· 推荐三本给初一孩子的书\n回答由 AI 生成，可能有误。"
)
MENU = '<a href="weixin://bizmsgmenu?msgmenucontent=%E7%BB%A7%E7%BB%AD&msgmenuid=101">继续看</a>'

HOURS = "周末我们营业到晚上 9 点，周五同样。路线看这里：https://a.example/way 。"
BOOKS = f"一、《昆虫记》选本\n二、《从一到无穷大》\n三、《森林报·秋》\n\n还有一段介绍，{MENU}"


def lively() -> dict[str, Any]:
    """A day in the shop: answers, links, a failure with its notice, an error code."""
    state = empty()
    before = NOW - 22 * 60 * 1000
    state["bubbles"] = [
        bubble("B1", "system", "关注了公众号", kind="event", t_ms=before),
        bubble("B2", "bot", WELCOME, t_ms=before + 400),
        bubble("B3", "person", "周末几点关门？", t_ms=before + 9000, group="G1", rows=["R1"]),
        bubble("B4", "bot", HOURS, ai=True, t_ms=before + 10240, group="G1", rows=["R4"]),
        bubble(
            "B5", "person", "推荐三本给初一孩子的书，最好是科普，不要太厚", group="G2", rows=["R5"], ms=11
        ),
        bubble("B6", "bot", BOOKS, ai=True, group="G2", rows=["R8"]),
        bubble("B7", "person", "", kind="location", group="G3", rows=["R9"], state="retry", attempt=2)
        | {"text": "苏州市姑苏区观前街"},
        bubble("B10", "person", "在吗？", group="G4", rows=["R11"], state="failed", attempt=3),
        bubble("B11", "system", NOTICE, kind="notice", group="G4", rows=["R11", "R12"]),
        bubble("B20", "person", "把这句话译成英文：明天九点开会", account="office", peer="xiaolin", ms=6),
        bubble(
            "B21",
            "bot",
            "The meeting starts at nine tomorrow.\n— AI 生成 —",
            account="office",
            peer="xiaolin",
        ),
    ]
    state["groups"] = [
        group("background", "", person="", replies=0, total_ms=None, phases={}),
        group("G1", "周末几点关门？"),
        group(
            "G2",
            "推荐三本给初一孩子的书，最好是科普，不要太厚",
            replies=2,
            total_ms=3410,
            phases={"ack": 11, "queue": 24, "first_token": 690, "send": 2650},
        ),
        group("G3", "[位置] 苏州市姑苏区观前街", replies=0, total_ms=None, phases={"ack": 5000}),
        group("G4", "在吗？", replies=0, total_ms=15012, ok=False, phases={"ack": 15012}),
    ]
    refused = {"ok": False, "errcode": 45047, "meaning": both("可发送的条数用完了", "send allowance used up")}
    state["rows"] = [
        row("R0", "api", "取令牌", "fetch the token", group="background", errcode=0, bytes=141, ms=3.1),
        row("R1", "callback", "回调 1/3", "callback 1/3", bubble="B3", t_ms=before + 9000),
        row("R2", "api", "正在输入", "typing", errcode=0, bytes=58, ms=4.0, t_ms=before + 9030),
        row("R3", "model", "对话（流式）", "chat, streamed", bytes=2310, ms=1150.4, t_ms=before + 9040),
        row(
            "R4",
            "api",
            "发送 1/1",
            "send 1/1",
            errcode=0,
            bytes=188,
            limit=2048,
            bubble="B4",
            t_ms=before + 10200,
        ),
        row("R5", "callback", "回调 1/3", "callback 1/3", group="G2", bubble="B5", ms=11.2),
        row("R6", "model", "对话（流式）", "chat, streamed", group="G2", bytes=2892, ms=2560.0),
        row("R7", "api", "发送 1/2", "send 1/2", group="G2", bytes=1842, limit=2048, errcode=45047) | refused,
        row("R8", "api", "发送 2/2", "send 2/2", group="G2", errcode=0, bytes=1203, limit=2048, bubble="B6"),
        row(
            "R9",
            "callback",
            "回调 1/3",
            "callback 1/3",
            group="G3",
            bubble="B7",
            ok=False,
            status=0,
            ms=5000.0,
        ),
        row("R10", "callback", "回调 2/3", "callback 2/3", group="G3", bubble="B7", open=True, status=0),
        row(
            "R11",
            "callback",
            "回调 2/3",
            "callback 2/3",
            group="G4",
            bubble="B10",
            ok=False,
            status=503,
            ms=12.0,
        ),
        row(
            "R12",
            "callback",
            "回调 3/3",
            "callback 3/3",
            group="G4",
            bubble="B10",
            ok=False,
            status=0,
            ms=5001.0,
        ),
    ]
    state["allowances"] = [
        {
            "account": "shop",
            "peer": XIAOYU,
            "left": 3,
            "of": 5,
            "until_ms": int(time.time() * 1000) + 172_790_000,
        }
    ]
    return state
