"""Checks of what the owner has written: settings, prices, `about`, and the notice of public accounts."""

from bot.wiring.system import budget_of
from config.prices import load_prices
from config.problems import ConfigError
from config.sections import NoticeSettings
from handlers.checkup.finding import Finding, Subject, unknown, well, wrong

ABOUT_SHARE = 0.5
"""With more of a call taken by `about`, little is left for what was said before."""
_OPTIONAL = frozenset({"model"})
"""What `chat.model` stands in for."""


def settings(subject: Subject, _account: str) -> Finding:
    """They could be read, or nobody would be here."""
    return well("settings_good", count=len(subject.settings.accounts))


def prices(subject: Subject, _account: str) -> Finding:
    """What an answer of every model costs is known; no limit of money holds for the others."""
    models = subject.settings.chat.all_models
    try:
        known = load_prices().models
    except ConfigError as refused:
        return wrong("prices_unread", reason=refused)
    unknown_ones = "、".join(model for model in models if model not in known)
    return (
        wrong("prices_none", model=unknown_ones)
        if unknown_ones
        else well("prices_good", model="、".join(models))
    )


def about(subject: Subject, account: str) -> Finding:
    """The assistant knows something of the shop, and it leaves room for the conversation."""
    if not subject.account(account).about_text:
        return unknown("about_none", account=account)
    most = budget_of(subject.settings).ask
    try:
        tokens = subject.system_tokens(account)
    except (OSError, ValueError):
        return unknown("about_uncounted")
    too_long = tokens > ABOUT_SHARE * most
    return (wrong if too_long else well)("about_long" if too_long else "about_good", tokens=tokens, most=most)


def notice(subject: Subject, account: str) -> Finding:
    """A public account says who answers for it."""
    if subject.account(account).audience != "public":
        return unknown("notice_internal")
    written = subject.settings.notice
    blank = [name for name in NoticeSettings.model_fields if not getattr(written, name)]
    missing = ", ".join(name for name in blank if name not in _OPTIONAL)
    return wrong("notice_blank", blank=missing) if missing else well("notice_good")
