"""`flask --app app adopt ACCOUNT`: takes along what an official account's console has, before it stops."""

import sys
from pathlib import Path

import click

from bot.channels import official
from bot.errors import PlatformError
from config.accounts import OfficialSettings
from config.settings import ConfigError, load
from config.sources import CONFIG, DEFAULT_FILE
from handlers import raising
from handlers.adopting import adopted, counted, snippet


@click.command("adopt", help="带走公众号控制台里设的 / Take along what the console has.")
@click.argument("account")
@click.option(
    "--config",
    "file",
    envvar=CONFIG,
    default=DEFAULT_FILE,
    type=click.Path(path_type=Path),
    show_default=True,
)
def adopt_command(account: str, file: Path) -> None:
    """Write `adopted-ACCOUNT.toml` beside the settings; a file that is there is never written over."""
    settings = _settings(account, file)
    try:
        found = adopted(official.console(settings))
    except PlatformError as error:
        sys.exit(f"yingda: {_why(error)}")
    target = file.with_name(f"adopted-{account}.toml")
    try:
        with target.open("x", encoding="utf-8") as written:
            written.write(snippet(account, found))
    except FileExistsError:
        sys.exit(f"yingda: {target} 已经在了，先挪走它 / is there already; move it away first")
    except OSError:
        sys.exit(f"yingda: {target} 写不了 / cannot be written")
    click.echo("\n".join(counted(found)))
    click.echo(
        f"写在 {target}。看一遍，把要的挪进 {file}，重启，再在聊天里发「#菜单 推送」。\n"
        f"Written to {target}. Move what you want into {file}, restart, and send `/menu push` in the chat."
    )


def _settings(account: str, file: Path) -> OfficialSettings:
    """The account's settings. Ends with one line where there are none, or it has no such console."""
    try:
        accounts = load(file=file).accounts
    except ConfigError as refused:
        sys.exit(f"yingda: {refused}")
    if account not in accounts:
        names = ", ".join(accounts)
        sys.exit(f"yingda: 写上账号 / name the account: flask --app app adopt {{{names}}}")
    settings = accounts[account]
    if not isinstance(settings, OfficialSettings):
        sys.exit(
            f"yingda: accounts.{account} 不是公众号，控制台里没有这些 / is no official account; "
            "its console has nothing of the kind"
        )
    return settings


def _why(error: PlatformError) -> str:
    """One line for *error*, with what to do about the two that are common."""
    if error.errcode in (40164, 61004):
        address = raising.address_in(error.errmsg) or "?"
        return (
            f"微信不认识这台机器的地址 {address}（{error.errcode}），加到 IP 白名单，过几分钟再试 / "
            "WeChat does not know the address of this machine: add it to the IP allow-list, try again later"
        )
    if error.errcode in (40001, 40013, 40125):
        return (
            f"微信不认 app_id 或 app_secret（{error.errcode}），核对设置 / "
            "WeChat refuses app_id or app_secret: correct the settings"
        )
    return f"微信没有给（{error.errcode}），过会儿再试 / WeChat gave nothing; try again later"
