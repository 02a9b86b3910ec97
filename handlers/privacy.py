"""GET /privacy/<account>: who answers for an account, what is kept and how long, and how to have it erased.

Everything on the page comes from the settings, so that it can be read while the store is away.
"""

from collections.abc import Iterator
from pathlib import Path

from flask import Response
from jinja2 import Environment

from bot.store import keys
from config.settings import Settings
from config.wording import Texts

_FORM = Path(__file__).with_name("privacy.html").read_text(encoding="utf-8")
# Read once: to compile it for each of a stranger's requests would cost the callbacks their time.
_PAGE = Environment(autoescape=True).from_string(_FORM)
_YOURS = ("export", "erase", "complain")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "public, max-age=300",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page(settings: Settings, texts: Texts | None, account: str) -> Response:
    """The page of *account* in its language; 404 where there is no such account (*texts* is None then)."""
    if texts is None:
        return Response("", status=404)
    found = settings.accounts[account]
    html = _PAGE.render(
        lang="zh-CN" if found.language == "zh" else "en",
        title=texts.say("privacy.title", name=found.title or found.assistant),
        ai=texts.say("ai_notice"),
        responsible=[*responsible(settings, texts), (texts.say("privacy.model"), model_name(settings))],
        parts=[
            (texts.say("privacy.kept_head"), list(_kept(settings, texts))),
            (texts.say("privacy.yours_head"), [texts.say(f"privacy.{name}") for name in _YOURS]),
            (texts.say("privacy.left_head"), list(_left(texts))),
        ],
    )
    return Response(html, content_type="text/html; charset=utf-8", headers=_HEADERS)


def address(settings: Settings, account: str) -> str:
    """Where the page is; empty without a public address."""
    return f"{settings.web.public_url}/privacy/{account}" if settings.web.public_url else ""


def model_name(settings: Settings) -> str:
    """How the model is called to people."""
    return settings.notice.model or settings.chat.model


def responsible(settings: Settings, texts: Texts) -> list[tuple[str, str]]:
    """Who answers for it: what each is called, and what the owner has written; blanks are left out."""
    names = ("operator", "contact", "filing", "privacy_contact")
    written = ((name, getattr(settings.notice, name)) for name in names)
    return [(texts.say(f"privacy.{name}"), value) for name, value in written if value]


def responsible_line(settings: Settings, texts: Texts) -> str:
    """The same on one line; empty where the owner has written nothing."""
    pairs = responsible(settings, texts)
    return "　".join(texts.say("privacy.pair", word=word, value=value) for word, value in pairs)


def _kept(settings: Settings, texts: Texts) -> Iterator[str]:
    """What is kept and for how long, as bot/store/keys.py has it."""
    memory, privacy = settings.memory, settings.privacy
    yield texts.say("privacy.kept_talk", days=memory.days, gone=memory.forget_after_unfollow_days)
    yield texts.say("privacy.kept_provider", model=model_name(settings))
    yield texts.say("privacy.kept_answers", days=keys.ANSWERS_MS // keys.DAY_MS)
    if privacy.keep_text:
        yield texts.say("privacy.kept_recent", days=keys.RECENT_MS // keys.DAY_MS)
    yield texts.say("privacy.kept_cases", days=keys.CASES_MS // keys.DAY_MS)
    yield texts.say("privacy.kept_relayed")
    yield texts.say("privacy.kept_crisis", days=keys.NOTICE_MS // keys.DAY_MS)
    yield texts.say("privacy.kept_profile", days=keys.PERSON_MS // keys.DAY_MS)
    yield texts.say("privacy.kept_figures", days=keys.LEDGER_MS // keys.DAY_MS)
    yield texts.say("privacy.kept_audit", days=privacy.audit_days)
    yield texts.say("privacy.kept_undelivered")


def _left(texts: Texts) -> Iterator[str]:
    """What erasing somebody does not reach, or leaves on purpose (bot/store/erasure.py)."""
    yield texts.say("privacy.left_relayed")
    yield texts.say("privacy.left_mark")
    yield texts.say("privacy.left_carried", days=keys.CARRIED_MS // keys.DAY_MS)
    yield texts.say("privacy.left_figures", days=keys.LEDGER_MS // keys.DAY_MS)
