"""What people read: complete in both languages, short enough, and promising only what exists."""

import re
from typing import get_args

import pytest

from bot.channels.base import tappable
from bot.store.days import Why
from bot.store.kinds import KINDS
from config.wording import Language, Texts, WordingError, load_texts
from handlers.checkup.examine import OF_ACCOUNT, SHARED
from handlers.commands import all_commands
from handlers.handover import RELAYED
from handlers.owner import BEFORE_MAX

LANGUAGES: tuple[Language, ...] = get_args(Language)
FOR_THE_MODEL = {"system_prompt", "about_head", "role_head", "retry_hint"}
TO_LOOK_UP = re.compile(r"(chat|accounts\.\w+)\.\w+|接口权限|接口许可|stable_token")
"""Settings and what a console calls its own pages: the owner reads them there."""
OF_THE_OWNER = re.compile(r"redis\.\w+|REDIS_URL=\S+|\btoken\b", re.IGNORECASE)
"""More of that kind, which a checkup names."""
LONGEST = {
    "assistant": "答" * 20,
    "title": "店" * 60,
    "examples": "\n".join(["· " + "问" * 60] * 6),
    "chars": 100_000,
    "count": 99,
    "index": 99,
    "word": "词" * 20,
    "account": "a" * 64,
    "place": "a" * 64,
    "code": 89_506,
    "detail": ", ".join([f"{'q' * 64} status=429"] * 3),
    "since": "12-31 23:59",
    "until": "12-31 23:59",
    "times": 100_000,
    "told": "you have not been told yet",
    "what": "what",
    "number": "#99999",
    "question": "问" * 24,
    "seen": "(you may have seen it)",
    "seconds": 120,
    "link": tappable("/answers 99999", "Tap here for the answer"),
    "fetch": "/answers 99999",
    "sender": "o" * 64,
    "case": "T99999",
    "answer": "答" * 60,
    "chosen": "role=translator",
    **dict.fromkeys(("people", "messages", "usual", "slow", "failed", "waiting"), 99_999),
    **dict.fromkeys(("today", "week", "month"), "¥99999.99"),
    "line": "█" * 7,
    "words": "词" * 40,
    "time": "12-31 23:59",
    "by": 99_999,
    "whom": " → 99999",
    "role": "角" * 10,
    "answers": 99_999,
    "tokens": 999_999_999,
    "days": 30,
    "cost": "¥99999.99",
    "amount": "20000 tokens",
    **dict.fromkeys(("granted", "quota"), "99999 answers · 999999999 tokens"),
    **dict.fromkeys(("now", "least"), "0.35"),
    "minutes": 60,
    "batch": 99_999,
    "most": "¥99999.99",
    "model": "q" * 40,
    "models": "、".join(["q" * 40] * 12),
    "language": "English",
    "left": "99999 answers · 999999999 tokens · ¥99999.99",
    "but": "、".join(["q" * 40] * 12),
    "standing": "admin · banned · let in",
    "hours": "Mon–Fri 9:00–18:00",
    "said": "\n".join([f"· {'问' * 40}"] * 3),
    **dict.fromkeys(("asked", "answered", "crisis", "lost", "doubled", "came", "open"), 99_999),
    **dict.fromkeys(("good", "bad"), 99_999),
    "date": "12-31",
    "why": "(mostly: voice, pictures, or too many at once)",
    **dict.fromkeys(("model", "host", "name", "value", "reason"), "m" * 253),
    "responsible": "责" * 360,
    "names": "a" * 640,
    "blank": "operator, contact, filing, privacy_contact",
    "ip": "2001:0db8:0000:0000:0000:0000:0000:0001",
    "mark": "✓",
    "refused": "12-31 23:59",
    **dict.fromkeys(("free", "used", "most", "port", "status", "ms", "gone"), 99_999),
    **dict.fromkeys(("menu", "theirs"), "\n".join([f"{'顶' * 5}：{' · '.join(['项' * 8] * 5)}"] * 3)),
    "changes": "\n".join(["改了　顶顶顶顶 › 项项项项项项项项"] * 15),
    "unknown": "/nonsense",
    "button": "顶" * 5 + " › " + "项" * 20,
    "scene": "x" * 64,
    **dict.fromkeys(("scans", "followed", "taps"), "99999 / 99999 / 99999"),
    "reason": "the platform never took it",
    **dict.fromkeys(("skipped", "unreachable"), 99_999),
}
DEEDS = (
    *("pair", "ban", "unban", "say", "close", "quota", "limit", "pause", "resume", "grant", "grant_off"),
    *("codes_new", "codes_void", "allow", "allow_off", "allow_open", "allow_code", "allow_list"),
    *("model_allow", "requeue", "menu_push", "doctor", "faq_add", "faq_change", "faq_del"),
    *("welcome", "welcome_off", "notice", "notice_stop"),
)
NEEDED = {
    "welcome": {"assistant", "title", "examples"},
    "welcome_untitled": {"assistant", "examples"},
    "too_long": {"chars"},
    "too_fast": {"count"},
    "unknown_command": {"word"},
    "help_unknown": {"word"},
    "still_thinking": {"question", "seconds", "link", "fetch"},
    "still_working": {"seconds", "link", "fetch"},
    "fetch_words": {"number"},
    "late_answer": {"number", "question", "seen"},
    "late_behind": {"link", "fetch"},
    "still_more": {"count", "link", "fetch"},
    "still_there": {"number", "question"},
    **{key: {"number", "sender"} for key in ("you_are", "you_are_admin")},
    **{key: {"number"} for key in ("paired", "admin_not_banned", "now_banned", "now_unbanned")},
    "who_is_meant": {"word"},
    "audit_line": {"time", "by", "what", "whom"},
    **{key: {"role"} for key in ("role_list", "role_now")},
    "own_role_how": {"chars"},
    "no_such_role": {"word"},
    **{key: {"count"} for key in ("minutes_ago", "hours_ago", "days_ago", "no_such_session")},
    "session_now": {"title"},
    **{key: {"count"} for key in ("answers_used", "usage_left")},
    **{key: {"answers", "tokens", "cost"} for key in ("usage_today",)},
    "usage_days": {"days", "answers", "tokens", "cost"},
    **{key: {"case", "days"} for key in ("complaint_kept", "complaint_kept_bare")},
    **{key: {"case", "number", "time", "words"} for key in ("todo_complaint",)},
    "todo_more": {"count"},
    "todo_how": {"number", "case"},
    "no_such_case": {"word"},
    "case_closed": {"case"},
    **{key: {"number"} for key in ("say_how", "said", "say_full")},
    "human_says": {"words"},
    "off_hours": {"hours"},
    "relay_first": {"number", "words", "said", "case"},
    "relay_line": {"number", "words"},
    "relay_left": {"number", "case"},
    "todo_handover": {"case", "number", "time", "words"},
    "todo_whole": {"case", "number", "time", "words", "answer"},
    "stats_people": {"people", "messages"},
    "stats_times": {"usual", "slow"},
    "stats_failed": {"failed", "waiting"},
    "stats_cost": {"today", "week", "month"},
    "stats_tokens": {"tokens"},
    "stats_week": {"line"},
    "stats_words": {"asked", "answered", "crisis"},
    "audit_whom": {"number"},
    "digest.day": {"date", "people", "messages", "cost"},
    "digest.tokens": {"tokens"},
    "digest.ended": {"lost", "doubled", "failed", "why"},
    "digest.cases": {"came", "open", "account"},
    "digest.cases_done": {"came"},
    "digest.account": {"account", "people", "messages", "cost"},
    **{key: {"number", "question"} for key in ("faq_added", "faq_changed", "faq_dropped")},
    **{key: {"number", "question", "answer"} for key in ("faq_entry", "faq_line")},
    **{key: {"count"} for key in ("faq_how", "faq_full", "stats_faq")},
    **{key: {"word"} for key in ("faq_no_such", "faq_is_a_command")},
    "faq_too_long": {"chars", "answers", "count"},
    "faq_page": {"index", "count"},
    "faq_words": {"words"},
    "faq_next": {"index"},
    "recent_bad": {"number", "time", "reason", "question", "answer"},
    "stats_votes": {"good", "bad"},
    "recent_line": {"number", "time", "question", "answer"},
    "export_head": {
        *("number", "sender", "standing", "since", "seen", "chosen", "answers", "quota", "granted")
    },
    "export_choice": {"word", "now"},
    **{f"export_{what}": {"words"} for what in ("rest", "rest_ai", "waits", "failed", "notice")},
    **{f"export_{what}": {"case", "time", "words", "answer"} for what in ("complaint", "handover")},
    **{f"export_{what}": {"time", "reason", "question", "answer"} for what in ("good", "bad")},
    "export_talk": {"question", "answer"},
    "access_list": {"number"},
    "too_many_tries": {"minutes"},
    "allow_code_new": {"code"},
    **{key: {"number"} for key in ("admitted", "dismissed", "granted_off")},
    **{f"amount_{unit}": {"count"} for unit in ("answers", "tokens")},
    "granted": {"number", "amount"},
    "usage_granted": {"granted"},
    "redeemed": {"amount"},
    "codes_new": {"batch", "count", "amount"},
    "codes_line": {"batch", "count", "amount", "time"},
    **{key: {"most"} for key in ("codes_how", "codes_full")},
    "limit_set": {"most", "but"},
    "usage_left_of": {"left"},
    **{key: {"models"} for key in ("sums_lack", "limit_but")},
    "codes_void": {"count"},
    "quota_how": {"now"},
    "limit_shown": {"most", "today", "but"},
    **{key: {"model"} for key in ("model_list", "model_now")},
    "no_such_model": {"word", "model"},
    **{key: {"models"} for key in ("models_bound", "models_allowed")},
    "language_list": {"language"},
    **{key: {"word"} for key in ("no_such_language", "no_such_setting")},
    **{f"{name}_how": {"now", "least", "most"} for name in ("temperature", "reply_tokens")},
    **{f"{name}_now": {"now"} for name in ("temperature", "reply_tokens")},
    "who_line": {"number", "time", "messages"},
    "who_one": {
        *("number", "standing", "since", "seen", "messages", "role", "today", "month", "quota", "granted")
    },
    "who_used": {"answers", "tokens", "cost"},
    "top_line": {"number", "answers", "tokens", "cost"},
    **{key: {"amount"} for key in ("quota_set_all", "foreign_money")},
    "quota_set": {"number", "amount"},
    **{key: {"menu", "unknown"} for key in ("menu_same", "menu_none", "menu_pushed")},
    "menu_differs": {"theirs", "changes", "unknown"},
    **{f"menu_{what}": {"button"} for what in ("added", "gone", "changed")},
    **{f"menu_{why}": {"code"} for why in ("not_allowed", "secret", "agent", "quota", "not_taken")},
    **{key: {"code"} for key in ("menu_refused", "menu_away")},
    "menu_ip": {"code", "detail"},
    "menu_unknown": {"word"},
    "menu_ask": {"assistant"},
    "scene_role": {"role"},
    "scene_line": {"scene", "scans", "followed"},
    "tap_line": {"button", "taps"},
    "scenes_none": {"account"},
    "dead_line": {"number", "time", "reason", "words"},
    "quoted": {"words"},
    "dead_how": {"number"},
    "dead_requeued": {"count"},
    "dead_not_there": {"word"},
    **{key: {"words"} for key in ("welcome_is", "welcome_now")},
    "welcome_braces": {"assistant", "title", "examples"},
    "welcome_long": {"chars"},
    "notice_says": {"words"},
    "notice_off": {"account"},
    "notice_sure": {"count", "skipped", "unreachable", "words"},
    "notice_runs": {"count", "waiting"},
    **{key: {"count", "skipped", "unreachable"} for key in ("notice_done", "notice_stopped")},
    "label_part": {"index", "count"},
    "number_part": {"index", "count"},
    "system_prompt": {"assistant", "title"},
    "owner_notices.told_alone": {"place", "since", "what"},
    "owner_notices.listed": {"place", "since", "until", "times", "told", "what"},
    **{
        f"notices.{kind}": fields
        for kind, fields in {
            "dead_letter": {"detail", "account"},
            "undelivered": {"detail", "account"},
            "account_unfit": {"code"},
            "model_key_refused": {"detail"},
            "model_down_long": {"detail"},
            "crisis.one": {"number", "account"},
            "crisis.many": {"detail", "account"},
            "digest": {"detail"},
            "quota_spent.model": {"detail"},
            "ip_not_allowed.official": {"code", "detail"},
            "ip_not_allowed.wecom": {"code", "detail"},
            "ip_needs_consent.official": {"code"},
            "secret_refused.official": {"code", "account"},
            "secret_refused.wecom": {"code", "account"},
            "secret_frozen.official": {"code"},
            "agent_refused.wecom": {"code", "account"},
            "app_disabled.wecom": {"code"},
            "api_unauthorized.official": {"code"},
            "api_unauthorized.wecom": {"code"},
            "api_banned.official": {"code"},
            "answers_passively.official": {"code"},
            **{f"complaint.{kind}": {"detail", "account"} for kind in ("official", "wecom")},
            **{f"handover.{kind}": {"detail", "account"} for kind in ("official", "wecom")},
            **{
                f"money_{how}.{kind}": {"detail", "account"}
                for how in ("runs_out", "spent")
                for kind in ("official", "wecom")
            },
            "quota_spent.official": {"code"},
            "quota_spent.wecom": {"code"},
        }.items()
    },
    "about_linked": {"assistant", "model", "responsible", "link"},
    "about_here": {"assistant", "model", "responsible", "days"},
    "privacy.title": {"name"},
    "privacy.pair": {"word", "value"},
    "privacy.kept_talk": {"days", "gone"},
    "privacy.kept_provider": {"model"},
    **{
        f"privacy.kept_{what}": {"days"}
        for what in ("answers", "recent", "cases", "crisis", "profile", "figures", "audit")
    },
    **{f"privacy.left_{what}": {"days"} for what in ("carried", "figures")},
    **{
        f"checkup.{key}": set(fields.split())
        for fields, found in {
            "mark name what": "line",
            "word names": "no_account",
            "count": "to_mend settings_good workers_good",
            "seconds": "begins no_result clock_good model_good model_slow model_silent",
            "most seconds": "clock_off",
            "reason": "settings_bad prices_unread store_away store_unfit store_allowed certificate_bad "
            "callback_unreached",
            "free": "disk_good disk_here disk_low",
            "used most": "memory_low",
            "status": "model_busy model_failed callback_busy callback_gateway callback_moved callback_other",
            "account status": "callback_elsewhere",
            "account": "callback_stranger permission_missing about_none",
            "host reason": "model_away certificate_unreached",
            "account host reason": "platform_away",
            "code": "platform_busy",
            "model": "prices_good prices_none",
            "host": "address_good address_unknown",
            "host ip": "address_private",
            "port": "address_port",
            "days": "certificate_good certificate_soon",
            "ms": "callback_good",
            "ms seconds": "callback_slow",
            "seen": "arrivals_good",
            "seen refused word": "arrivals_after",
            "refused": "refused_stale refused_signature refused_receive_id refused_plaintext refused_key",
            "tokens most": "about_good about_long",
            "blank": "notice_blank",
        }.items()
        for key in found.split()
    },
}
PLAIN = {
    "ai_notice", "answer_failed", "model_down", "blocked_content", "empty_text", "label_single",
    "more_behind", "nothing_more", "fresh_start", "stopped", "help_head", "help_foot",
    "gave_up", "about_head", "fetch_here", "maybe_seen", "nothing_waits",
    "resting", "now_paused", "now_resumed", "nothing_to_vote_on", "thanks_good", "thanks_bad",
    "pause_how", "resume_how",
    "recent_off", "recent_none", "mine", "forget_sure", "forgotten", "banned", "todo_none",
    "wrong_code", "audit_empty", "admins_head", "set_head", "role_itself", "role_head", "own_role",
    "recent_bad_head", "recent_no_reason",
    "nothing_to_retry", "retry_hint", "no_sessions", "session_list", "just_now",
    "account_rests", "tokens_used", "usage_unlimited",
    "access_code", "access_wrong", "access_code_how", "let_in", "grant_how",
    *(f"allow_{mode}" for mode in ("open", "code", "list", "how")),
    "usage_redeem", "redeem_how", "redeem_wrong", "codes_none", "limit_no_price", "limit_how",
    "export_muted", "export_human", "model_allow_how", "language_now", "my_settings", "as_it_comes",
    "temperature_usual", "reply_tokens_usual",
    *(f"setting_{name}" for name in ("role", "model", "language", "temperature", "reply_tokens")),
    "role_usual", "who_head", "who_none", "no_limit", "who_admin", "who_banned", "who_admitted",
    "top_today", "top_week", "top_none", "top_how", "admins_foot",
    "handed_over", "handed_to_agents", "nobody_there", "human_over", "already_here",
    "crisis", "digest.none",
    *(f"deeds.{deed}" for deed in DEEDS),
    *(f"deed_words.{word}" for word in ("tokens", "answers", "off", "default", "all")),
    *(f"digest.why_{why}" for why in (*get_args(Why), "words", "other")),
    "unknown_button", "menu_chat", "menu_mine", "menu_own_public", "menu_own_internal", "menu_how",
    "menu_moved", "scenes_head", "scene_others", "taps_head", "taps_none",
    *(f"menu_names.{name}" for name in
      ("new", "role", "retry", "continue", "usage", "sessions", "human", "complain", "about")),
    "notice_how", "notice_cannot", "notice_night", "notice_nobody", "notice_begun", "notice_none",
    "notice_stops", "now_muted", "now_unmuted",
    "dead_none", "dead_poison", "dead_unsent", "dead_refused",
    "notices.token_refused.official", "notices.token_refused.wecom", "notices.unlicensed.wecom",
    *(f"owner_notices.{name}" for name in ("the_model", "told", "untold", "none")),
    *(f"privacy.{name}" for name in
      ("operator", "contact", "filing", "privacy_contact", "model", "kept_head", "kept_undelivered",
       "kept_relayed", "yours_head", "export", "erase", "complain",
       "left_head", "left_relayed", "left_mark")),
    *(f"checkup.{name}" for name in
      ("all_well", "see_above", "needs_store", "store_good", "store_unset", "workers_none", "disk_rewrite",
       "model_broken", "address_unset", "certificate_none", "clock_unknown", "token_good",
       "permission_app", "permission_writes", "permission_writes_now", "permission_answers",
       "permission_answers_now", "permission_unknown", "permission_forgotten", "callback_unset",
       "callback_forbidden", "arrivals_none", "about_uncounted", "notice_internal", "notice_good")),
    *(f"checkup.names.{check.name}" for check in (*SHARED, *OF_ACCOUNT)),
    *(f"relay_{kind}" for kind in RELAYED - {"text"}),
    *(f"not_yet_{kind}" for kind in
      ("voice", "image", "video", "location", "link", "file", "sticker", "unsupported")),
    *(f"commands.{command.NAMES[0]}.{part}" for command in all_commands() for part in ("line", "more")),
}  # fmt: skip


@pytest.fixture(params=LANGUAGES)
def texts(request: pytest.FixtureRequest) -> Texts:
    """The texts of each language."""
    return load_texts(request.param)


def visible(texts: Texts) -> dict[str, str]:
    """What people may see, filled in with short words."""
    fields = dict.fromkeys(LONGEST, "1")
    return {key: texts.say(key, **fields) for key in sorted(texts.keys - FOR_THE_MODEL)}


def test_every_language_has_the_same_keys_and_fields(texts: Texts) -> None:
    """Neither language lacks a text or a field of the other, nor has one that nobody asks for."""
    assert {key: set(texts.fields(key)) for key in texts.keys} == {
        **{key: set() for key in PLAIN},
        **NEEDED,
    }


def test_every_text_fits_into_one_message(texts: Texts) -> None:
    """2048 bytes is the shortest limit of a channel, whatever the fields hold."""
    for key in texts.keys:
        said = texts.say(key, **LONGEST)
        assert len(said.encode()) <= 2048, key
        assert said.strip() == said, key
        assert said, key


def test_three_notices_fit_into_one_message(texts: Texts) -> None:
    """What an admin is told before an answer holds up to three notices, blank lines between."""
    for key in texts.keys:
        if key.startswith("notices."):
            what = texts.say(key, **LONGEST)
            said = texts.say("owner_notices.told_alone", **{**LONGEST, "what": what})
            assert len(said.encode()) <= (2048 - 4) // BEFORE_MAX, (key, len(said.encode()))


def test_every_kind_of_notice_has_its_words(texts: Texts) -> None:
    """For the places it may concern: one account of either channel, or what all share."""
    told = {key.split(".")[1] for key in texts.keys if key.startswith("notices.")}

    assert set(KINDS) == told


def test_what_the_owner_is_to_send_is_said_with_where(texts: Texts) -> None:
    """Notices and digests are read in the owner's own account; a number is somebody else's there."""
    fields = {**dict.fromkeys(LONGEST, "1"), "account": "the-shop"}
    for key in texts.keys:
        if key.startswith(("notices.", "digest.")):
            said = texts.say(key, **fields)
            if re.search(r"发「#|(?<!\d)/[a-z]+|#\d", said):
                assert "the-shop" in said, key


def test_labels_fit_into_their_reserve(texts: Texts) -> None:
    """The splitter keeps 24 bytes free for what marks a part."""
    for index, count in ((1, 2), (9, 9)):
        for key in ("label_single", "label_part", "number_part"):
            assert len(texts.say(key, index=index, count=count).encode()) <= 24, key


def test_no_text_speaks_jargon(texts: Texts) -> None:
    """Nothing that only its makers understand."""
    jargon = r"error|api|token|http|json|server|timeout|exception|null|redis|gpt|llm"
    jargon += "|markdown|报错|异常|超时|接口|令牌"
    for key, said in visible(texts).items():
        words = TO_LOOK_UP.sub("", said) if key.startswith(("notices.", "checkup.")) else said
        words = OF_THE_OWNER.sub("", words) if key.startswith("checkup.") else words
        assert not re.search(rf"(?<![a-z])({jargon})(?![a-z])", words, re.IGNORECASE), key


def test_no_text_promises_a_command_that_does_not_exist(texts: Texts) -> None:
    """What is quoted for sending, and every /word, is one of the commands there are."""
    known = {name for command in all_commands() for name in command.NAMES}
    for key, said in visible(texts).items():
        sendable = re.findall(r"发「([^」]+)」", said) + re.findall(r"(?<!\d)/([a-z]+)", said)
        sendable += re.findall(r"“/(.+?)”", said)
        for words in sendable:
            command = words.lstrip("/#").split()
            assert not command or command[0].isdecimal() or command[0] in known, key


def test_nobody_is_told_twice_that_we_are_sorry(texts: Texts) -> None:
    """At most one apology in a text."""
    for key, said in visible(texts).items():
        assert len(re.findall(r"抱歉|对不起|不好意思|sorry|apolog", said, re.IGNORECASE)) <= 1, key


def test_longer_explanations_are_two_to_four_sentences(texts: Texts) -> None:
    """`more` says more than `line`, and not much more."""
    for name in ("help", "new", "continue", "stop"):
        assert "\n" not in texts.say(f"commands.{name}.line")
        assert 2 <= len(re.findall(r"[。？！.?!](?:\s|$|[^\s”」])", texts.say(f"commands.{name}.more"))) <= 4


def test_the_system_text_says_what_it_must(texts: Texts) -> None:
    """Who it is, and that it is no human being."""
    said = texts.say("system_prompt", assistant="小答", title="青禾书店")

    assert "小答" in said
    assert "青禾书店" in said
    assert re.search("AI", said)
    assert re.search("假装|pretend", said)


def test_welcome_reads_as_designed() -> None:
    """The greeting of a shop with examples, line by line."""
    said = load_texts("zh").say("welcome", assistant="小答", title="青禾书店", examples="· 周末几点关门？\n")

    assert said.split("\n") == [
        "你好，我是小答，青禾书店的 AI 助手 👋",
        "想问什么，直接打字就行。",
        "· 周末几点关门？",
        "发「帮助」看用法，发「转人工」找真人。",
    ]


def test_line_with_an_empty_field_is_left_out(texts: Texts) -> None:
    """Without examples the welcome has no gap; without a title nobody is served."""
    welcome = texts.say("welcome_untitled", assistant="小答", examples="")

    assert len(welcome.split("\n")) == 3
    assert "\n\n" not in welcome
    assert "「」" not in texts.say("system_prompt", assistant="小答", title="")
    assert "“”" not in texts.say("system_prompt", assistant="小答", title="")


def test_values_are_no_templates() -> None:
    """Braces in a person's word stay what they are."""
    texts = Texts({"a": "<{word}>"})

    assert texts.say("a", word="{other} {0.__class__}") == "<{other} {0.__class__}>"


def test_unknown_key_is_refused_at_once(texts: Texts) -> None:
    """A mistyped key is a KeyError that names it."""
    with pytest.raises(WordingError, match=r"^no text is called welcom$"):
        texts.say("welcom")
    with pytest.raises(KeyError):
        texts.fields("welcom")


def test_missing_field_is_refused_at_once(texts: Texts) -> None:
    """A forgotten field is named; one too many does no harm."""
    with pytest.raises(WordingError, match=r"^label_part needs count$"):
        texts.say("label_part", index=1)

    assert texts.say("label_part", index=1, count=2, more=3)


@pytest.mark.parametrize("text", ["{0}", "{}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{", "}", "{a b}"])
def test_only_plain_fields_are_taken(text: str) -> None:
    """A template that could reach into values, or is not closed, is refused when it is loaded."""
    with pytest.raises(WordingError, match=r"^greeting"):
        Texts({"greeting": text})
