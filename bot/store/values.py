"""How values are written and read: JSON that carries its version, and messages as they wait in an inbox."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from bot.errors import StoreUnfit
from bot.messages import Event, InboundMessage, Part, Text
from bot.store import keys


def dump(fields: dict[str, Any]) -> str:
    """*fields* with the version in front, as text."""
    return json.dumps({"v": keys.SCHEMA, **fields}, ensure_ascii=False, separators=(",", ":"))


def read(stored: bytes | str) -> dict[str, Any]:
    """The inverse of dump, for values of this version and the one before.

    Raises StoreUnfit for a newer version: a program that knows it has to act on the value.
    """
    with reading():
        fields: dict[str, Any] = json.loads(stored)
        known(int(fields["v"]))
    return fields


def known(version: int, newest: int | None = None) -> None:
    """Raises StoreUnfit unless *version* can be read here; *newest*: where it is not the schema."""
    newest = keys.SCHEMA if newest is None else newest
    if version > newest:
        raise StoreUnfit(f"a value of version {version} is newer than this program, which knows {newest}")
    if version < newest - 1:
        raise StoreUnfit(f"a value of version {version} is too old for this program, which knows {newest}")


@contextmanager
def reading() -> Iterator[None]:
    """Around whatever is made of a stored value. Raises StoreUnfit where it is not what it should be."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise StoreUnfit(f"a value cannot be read ({type(error).__name__})") from error


def dump_message(message: InboundMessage) -> str:
    """*message* as it waits; accept.lua puts its inbox number in front."""
    parts = [{"as": type(part).__name__, **asdict(part)} for part in message.parts]
    return dump(
        {
            "t": int(time.time() * 1000),
            "account": message.account,
            "peer": message.peer,
            "sender": message.sender,
            "msg_id": message.msg_id,
            "kind": message.kind,
            "parts": parts,
            "created_at": message.created_at,
        }
    )


def load_message(stored: bytes | str) -> tuple[int, InboundMessage]:
    """When the message was accepted (ms), and the message. Raises StoreUnfit."""
    fields = read(stored)
    with reading():
        message = InboundMessage(
            fields["account"],
            fields["peer"],
            fields["sender"],
            fields["msg_id"],
            fields["kind"],
            tuple(_part(part) for part in fields["parts"]),
            fields["created_at"],
        )
        return int(fields["t"]), message


def number(stored: str) -> int:
    """The inbox number that stands in front of a waiting message, whatever its version. Raises StoreUnfit."""
    with reading():
        return int(stored[: stored.index(",")].removeprefix('{"n":'))


def _part(value: dict[str, str]) -> Part:
    if value["as"] == "Text":
        return Text(value["text"], value["menu_id"])
    return Event(value["name"], value["key"])
