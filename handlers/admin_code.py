"""`flask --app app admin-code`: a one-time code that makes whoever sends it first an admin."""

import sys

import click

from bot.errors import StoreError
from bot.wiring.door import open_door
from config.settings import ConfigError, load
from handlers.rights import can_have_admins


@click.command("admin-code", help="管理员配对码 / A one-time code: who sends it first is an admin.")
@click.argument("account", required=False)
def admin_code_command(account: str | None) -> None:
    """Print a code for *account*, which a lone one need not be named. Ends with one line where it cannot."""
    try:
        settings = load()
        name = _named(account, list(settings.accounts))
        if not can_have_admins(settings.accounts[name]):
            sys.exit(
                f"yingda: accounts.{name} 是明文的，谁在说话不可靠，不能有管理员 / "
                "is plain: who speaks is not certain there, so it has no admins"
            )
        code = open_door(settings).people.new_code(name)
    except ConfigError as refused:
        sys.exit(f"yingda: {refused}")
    except StoreError as away:
        sys.exit(f"yingda: the store cannot be reached: {away}")
    click.echo(f"在 {name} 里发：配对 {code}\n10 分钟内有效，只能用一次，输错 5 次作废。")
    click.echo(f"Send in {name}: /pair {code}\nGood for 10 minutes and one person; void after 5 wrong codes.")


def _named(account: str | None, accounts: list[str]) -> str:
    if account is None and len(accounts) == 1:
        return accounts[0]
    if account not in accounts:
        names = ", ".join(accounts)
        sys.exit(f"yingda: 写上账号 / name the account: flask --app app admin-code {{{names}}}")
    return account
