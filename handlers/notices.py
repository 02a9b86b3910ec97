"""`flask --app app notices`: what needs the owner, with what to do about it and where to click."""

import sys
from collections.abc import Iterator

import click

from bot.errors import StoreError
from bot.store.notices import Notice
from bot.wiring.door import open_door
from config.settings import ConfigError, Settings, load
from config.wording import Texts, load_texts
from handlers.owner import moment, place, what


@click.command("notices", help="要处理的事 / What needs you, and what to do about it.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="zh | en (as the first account)")
def notices_command(lang: str | None) -> None:
    """Print every notice of the last month, the newest first. Ends with one line where it cannot."""
    try:
        settings = load()
        found = [one for one in open_door(settings).notices.all() if one.kind != "digest"]
    except ConfigError as refused:
        sys.exit(f"yingda: {refused}")
    except StoreError as away:
        sys.exit(f"yingda: the store cannot be read: {away}")
    first = next(iter(settings.accounts.values())).language
    texts = load_texts("en" if (lang or first) == "en" else "zh")
    click.echo("\n\n".join(listed(settings, texts, found)))


def listed(settings: Settings, texts: Texts, found: list[Notice]) -> Iterator[str]:
    """Each notice of *found* as the owner reads it, or the word that there is none."""
    if not found:
        yield texts.say("owner_notices.none")
    for notice in found:
        yield texts.say(
            "owner_notices.listed",
            place=place(texts, notice),
            since=moment(settings, notice.first_ms),
            until=moment(settings, notice.last_ms),
            times=notice.count,
            told=texts.say("owner_notices.told" if notice.told else "owner_notices.untold"),
            what=what(settings, texts, notice),
        )
