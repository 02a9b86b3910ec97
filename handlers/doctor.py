"""`flask --app app doctor`: looks at everything an answer needs, and says line by line what to do."""

import importlib
import sys
import time
from collections.abc import Callable

import click

from bot.wiring.door import open_door
from bot.wiring.system import VOCABULARY, system_text
from config.settings import ConfigError, Settings, load
from config.wording import Language, Texts, load_texts
from handlers.checkup.examine import examine
from handlers.checkup.finding import Line, Subject, wrong
from handlers.checkup.rendering import failed, shown, summary
from handlers.connecting.doorstep import quiet_logs

WITHIN_S = 25.0
_FAILED, _COULD_NOT = 1, 2


@click.command("doctor", help="体检：哪里不对、怎么办 / What is wrong, and what to do about it.")
@click.option("--account", help="只查这个账号 / this account alone")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="zh | en (as the first account)")
def doctor_command(account: str | None, lang: Language | None) -> None:
    """Print every finding. Exit status 0: all well; 1: something is to be mended; 2: it could not run."""
    try:
        settings = load()
    except ConfigError as refused:
        click.echo(
            shown(load_texts(lang or "zh"), Line("settings", "", wrong("settings_bad", reason=refused)))
        )
        sys.exit(_COULD_NOT)
    texts = load_texts(lang or next(iter(settings.accounts.values())).language)
    if account is not None and account not in settings.accounts:
        names = ", ".join(settings.accounts)
        click.echo(texts.say("checkup.no_account", word=account[:64], names=names), err=True)
        sys.exit(_COULD_NOT)
    with quiet_logs():
        lines = _told(settings, texts, [account] if account else list(settings.accounts))
    click.echo(summary(texts, lines))
    sys.exit(_FAILED if failed(lines) else 0)


def _told(settings: Settings, texts: Texts, names: list[str]) -> list[Line]:
    """Every line, printed as soon as it is there."""
    click.echo(texts.say("checkup.begins", seconds=round(WITHIN_S)), err=True)
    stored = open_door(settings) if settings.redis.url is not None else None
    subject = Subject(settings, stored, _counter(settings), time.monotonic() + WITHIN_S)
    lines = []
    for line in examine(subject, names):
        click.echo(shown(texts, line))
        lines.append(line)
    return lines


def _counter(settings: Settings) -> Callable[[str], int]:
    """Counts an account's system text, as the worker does."""

    def count(account: str) -> int:
        # By its name: the web process imports this file, and must not load tiktoken (design §2).
        tokens = importlib.import_module("bot.tokens")
        counter = tokens.TokenCounter.for_model(settings.chat.model, VOCABULARY)
        found = settings.accounts[account]
        return int(counter.count(system_text(found, load_texts(found.language))))

    return count
