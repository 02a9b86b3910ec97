"""`flask --app app dead` and `requeue`: which messages were given up, and another try for them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from bot.errors import StoreError
from bot.store.dead_letters import DeadLetter
from bot.wiring.door import Door, open_door
from config.logs import short_hash
from config.settings import ConfigError, load


@click.command("dead", help="列出没能答成的消息 / List the messages that were given up, without their words.")
def dead_command() -> None:
    """Number, time, account, chat (as in the logs), kind and reason of each, the newest first."""
    with _door() as door:
        letters = door.dead_letters.all()
        if not letters:
            click.echo("没有 / none")
        for letter in letters:
            click.echo(_line(letter, ZoneInfo(door.settings.time.zone)))


@click.command("requeue", help="再答一次 / Try them again: those of an ACCOUNT, number N, or all.")
@click.argument("which", metavar="ACCOUNT|N|all")
def requeue_command(which: str) -> None:
    """Put them back, the oldest first, behind what waits in their chats. Status 1 when none was."""
    with _door() as door:
        letters = [letter for letter in reversed(door.dead_letters.all()) if _meant(which, letter)]
        put_back = 0
        for letter in letters:
            n = _put_back(door, letter)
            put_back += n > 0
            click.echo(f"{letter.n} → {n}" if n > 0 else f"{letter.n}: {_WHY_NOT[n]}")
    click.echo(f"放回 {put_back} 条 / {put_back} put back")
    sys.exit(0 if put_back else 1)


_NO_ACCOUNT = -2
_WHY_NOT = {
    0: "已经不在了 / no longer there",
    -1: "这个聊天排满了，过会儿再试 / its chat is full, try again later",
    _NO_ACCOUNT: "这个账号不在设置里 / its account is not configured",
}


def _put_back(door: Door, letter: DeadLetter) -> int:
    if letter.message.account not in door.channels:
        return _NO_ACCOUNT
    return door.dead_letters.put_back(letter)


def _meant(which: str, letter: DeadLetter) -> bool:
    return which in {"all", str(letter.n), letter.message.account}


def _line(letter: DeadLetter, zone: ZoneInfo) -> str:
    when = datetime.fromtimestamp(letter.died_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
    message = letter.message
    chat = short_hash(str(message.chat))
    return f"{letter.n:>8}  {when}  {message.account}  {chat}  {message.kind}  {letter.reason}"


@contextmanager
def _door() -> Iterator[Door]:
    """The configured store; ends with one line where it cannot be used."""
    try:
        yield open_door(load())
    except ConfigError as refused:
        sys.exit(f"yingda: {refused}")
    except StoreError as error:
        sys.exit(f"yingda: the store cannot be used: {error}")
