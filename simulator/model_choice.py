"""Takes a real model's address and key from the page, tries them once, and leaves them for launch.py."""

import json
import os
from pathlib import Path
from typing import Any

import aiohttp

from simulator.words import UserError
from simulator.world import World

CHECK_S = 15.0


async def choose_model(world: World, asked: dict[str, Any]) -> None:
    """Write <state>/model.json after a tiny real request, or remove it for the stand-in. Raises UserError."""
    if world.state is None:
        raise UserError("这里不能换模型", "the model cannot be changed here")
    path = world.state / "model.json"
    if asked.get("standin") is True:
        path.unlink(missing_ok=True)
        return
    base_url, key, model = (str(asked.get(name) or "").strip() for name in ("base_url", "api_key", "model"))
    if not base_url.startswith(("http://", "https://")) or not model:
        raise UserError("要填接口地址（http 开头）和模型名", "an address (http…) and a model name are needed")
    if not (key + base_url + model).isascii() or any(c.isspace() for c in key):
        raise UserError(
            "密钥或地址里有多余的字，重新复制一次", "the key or address holds stray characters; copy it again"
        )
    await _check(base_url.rstrip("/"), key, model)
    _write(path, {"base_url": base_url.rstrip("/"), "api_key": key, "model": model})


async def _check(base_url: str, key: str, model: str) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    limit = aiohttp.ClientTimeout(total=CHECK_S)
    try:
        async with aiohttp.ClientSession(timeout=limit, headers=headers, trust_env=True) as session:
            if not await _is_listed(session, base_url, model):
                await _ask(session, base_url, model)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise UserError(
            f"连不上这个地址（{type(error).__name__}）",
            f"this address cannot be reached ({type(error).__name__})",
        ) from None


async def _is_listed(session: aiohttp.ClientSession, base_url: str, model: str) -> bool:
    """Whether GET /models accepts the key and names the model. Raises UserError when the key is refused."""
    async with session.get(f"{base_url}/models", allow_redirects=False) as answer:
        _refuse_bad_key(answer.status)
        if answer.status != 200:
            return False
        try:
            listed = (await answer.json(content_type=None))["data"]
            return any(one.get("id") == model for one in listed)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False


async def _ask(session: aiohttp.ClientSession, base_url: str, model: str) -> None:
    """One chat of one token. Raises UserError unless it is answered."""
    content = {"model": model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
    async with session.post(f"{base_url}/chat/completions", json=content, allow_redirects=False) as answer:
        _refuse_bad_key(answer.status)
        if answer.status == 404:
            raise UserError(
                "没有这个模型，或地址不对（一般以 /v1 结尾）",
                "no such model, or a wrong address (usually …/v1)",
            )
        if answer.status == 429:
            raise UserError(
                "密钥是对的，但额度用完了（429）", "the key is right, but its quota is used up (429)"
            )
        # Newer models refuse max_tokens with 400 although key and model are right.
        if answer.status != 200 and not (answer.status == 400 and b"max_tokens" in await answer.read()):
            raise UserError(f"接口回了 {answer.status}", f"the interface answered {answer.status}")


def _refuse_bad_key(status: int) -> None:
    if status in (401, 403):
        raise UserError("密钥不对，或没有权限", "the key is wrong or not permitted")


def _write(path: Path, content: dict[str, str]) -> None:
    """Whole or not at all, readable by its owner only from the first byte on."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    os.replace(draft, path)
