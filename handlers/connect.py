"""`flask --app app connect`: one terminal conversation that connects a real account, to the platform's ✓."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click
from click.core import ParameterSource

from bot.channels.base import AccessToken, Channel
from bot.wiring.door import channels
from config.settings import OfficialSettings, Settings, WecomSettings
from config.sources import CONFIG, DEFAULT_FILE
from handlers.connecting import credentials, model, shapes
from handlers.connecting.credentials import KINDS, Kind
from handlers.connecting.doorstep import quiet_logs
from handlers.connecting.settings_file import SettingsFile, Table
from handlers.connecting.talk import FormError, StopError, Talk
from handlers.connecting.waiting import wait_for_check

_FAILED, _INTERRUPTED = 1, 130


class NoTokens:
    """Stands where a channel has its access_tokens: the URL check needs none, and so no store."""

    def get(self, account: str, fetch: object, *, may_force: bool = False) -> AccessToken:
        """Never called."""
        raise AssertionError("the URL check needs no access_token")

    def taken(self, account: str, token: AccessToken, refusal: object = None) -> None:
        """Never called."""

    def refused(self, account: str, token: AccessToken, refusal: object) -> float:
        """Never called."""
        return 0.0

    def unsure(self, account: str, token: AccessToken) -> None:
        """Never called."""


@dataclass(slots=True)
class Progress:
    """How far the conversation came, for whoever breaks it off; *written* names the account in the file."""

    written: str = ""


def _language(ctx: click.Context, parameter: click.Parameter, value: str) -> Literal["zh", "en"]:
    """`en_US.UTF-8` is English, every other locale Chinese; on the command line only zh and en."""
    if ctx.get_parameter_source("lang") is ParameterSource.COMMANDLINE and value not in {"zh", "en"}:
        raise click.BadParameter("zh, en")
    return "en" if value.lower().startswith("en") else "zh"


def _api_base(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    try:
        return shapes.optional(shapes.api_address)(value)
    except FormError:
        raise click.BadParameter("https://…") from None


@click.command("connect", help="接上一个真实账号 / Connect a real account, step by step.")
@click.option(
    "--lang", envvar=["LC_ALL", "LC_MESSAGES", "LANG"], default="zh", callback=_language, help="zh | en"
)
@click.option(
    "--api-base", default="", callback=_api_base, help="微信接口的代理或模拟器 / a proxy, or the simulator"
)
@click.option(
    "--config",
    "file",
    envvar=CONFIG,
    default=DEFAULT_FILE,
    type=click.Path(path_type=Path),
    show_default=True,
)
@click.option(
    "--resume", default="", help="账号已写好，只等平台验证 / an account of the file: only wait for its check"
)
@click.option(
    "--timeout", "timeout_s", default=1800.0, type=click.FloatRange(1), show_default=True, help="秒 / s"
)
@click.pass_context
def connect_command(
    ctx: click.Context, lang: Literal["zh", "en"], api_base: str, file: Path, resume: str, timeout_s: float
) -> None:
    """Ask, try, write, wait. Exit status 1: it cannot go on, or nobody came; 130: broken off."""
    talk, settings_file, progress = Talk(lang), SettingsFile(file), Progress()
    try:
        with quiet_logs():
            connected = _connect(talk, settings_file, progress, resume, api_base, timeout_s)
    except (click.Abort, KeyboardInterrupt):
        click.echo()
        _say_how_to_go_on(talk, file, progress)
        ctx.exit(_INTERRUPTED)
    except StopError as stop:
        talk.bad(stop.key, **stop.fields)
        ctx.exit(_FAILED)
    if not connected:
        ctx.exit(_FAILED)


def _connect(
    talk: Talk, file: SettingsFile, progress: Progress, resume: str, api_base: str, timeout_s: float
) -> bool:
    """The whole conversation; whether the platform's check came. Raises StopError."""
    talk.say("hello", file=file.path)
    if resume and resume not in file.accounts():
        raise StopError("no_such_account", name=resume, file=file.path)
    name = resume or _new_account(talk, file, api_base)
    progress.written = name
    settings = file.settings()
    account = settings.accounts[name]
    address = settings.web.public_url or talk.ask("ask_address", shapes.public_address)
    callback = f"{address}/callback/{name}"
    _say_what_to_paste(talk, account, callback, name)
    if not wait_for_check(talk, _channel(settings, name), settings.port, callback, timeout_s):
        talk.bad("timed_out", address=callback, name=name)
        return False
    talk.good("verified")
    if isinstance(account, WecomSettings):
        talk.say("now_trust_ip")
        credentials.try_again(talk, file, name)
    click.echo()
    talk.say("next", file=file.path, name=name)
    return True


def _new_account(talk: Talk, file: SettingsFile, api_base: str) -> str:
    """Ask for an account, try it and write it; its name. An account that is there may be taken as it is."""
    talk.step(1, "step_kind")
    kind = KINDS[talk.choose("which_kind", [talk.word(f"kind_{kind}") for kind in KINDS])]
    name, renews = _name(talk, file, kind)
    if not renews and name in file.accounts():
        return name
    trial = file.trial(name, credentials.sample(kind))
    talk.step(2, "step_credentials")
    account = credentials.prove(talk, credentials.ask(talk, kind, api_base))
    talk.step(3, "step_address")
    others: dict[str, Table] = {"web": {"public_url": _address(talk, file, name, trial.port)}}
    talk.step(4, "step_model")
    if trial.lacks_model:
        others["chat"] = model.ask(talk)
    else:
        talk.say("model_is_set")
    former = file.write(name, account, others)
    talk.good("written", file=file.path)
    if former:
        talk.say("former_kept", file=former)
    return name


def _name(talk: Talk, file: SettingsFile, kind: Kind) -> tuple[str, bool]:
    """The account's name, and whether one of that name is to be set up anew."""
    while True:
        name = talk.ask("ask_name", shapes.account_name, default="office" if kind == "wecom" else "shop")
        if name not in file.accounts():
            return name, False
        chosen = talk.choose("name_taken", [talk.word(f"name_taken_{n}") for n in (1, 2, 3)], name=name)
        if chosen < 2:
            return name, chosen == 1


def _address(talk: Talk, file: SettingsFile, name: str, port: int) -> str:
    """The public address: what the file says already, or asked."""
    talk.say("about_address", port=port)
    known = file.tables().get("web", {}).get("public_url", "")
    address = talk.ask("ask_address", shapes.public_address, default=known)
    if address.startswith("http://"):
        talk.warn("plain_http")
    talk.say("callback_is", address=f"{address}/callback/{name}")
    return address


def _say_what_to_paste(
    talk: Talk, account: OfficialSettings | WecomSettings, callback: str, name: str
) -> None:
    talk.step(5, "step_paste")
    kind: Kind = "wecom" if isinstance(account, WecomSettings) else "official"
    if isinstance(account, OfficialSettings) and account.encryption == "plain":
        kind = "test"
    if kind == "official":
        talk.warn("warning_console", name=name)
    aes_key = account.aes_key.get_secret_value() if account.aes_key else ""
    talk.say(f"paste_{kind}", address=callback, token=account.token.get_secret_value(), aes_key=aes_key)


def _channel(settings: Settings, name: str) -> Channel:
    return channels(settings, NoTokens(), connections=1)[name]


def _say_how_to_go_on(talk: Talk, file: Path, progress: Progress) -> None:
    if progress.written:
        talk.say("broken_off_later", file=file, name=progress.written)
    else:
        talk.say("broken_off")
