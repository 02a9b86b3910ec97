"""What one failed model request means: whether to ask again, when, and which error it ends as."""

import math
import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.errors import ModelBusy, ModelDown, ModelError, ModelKeyRefused, ModelRefused
from bot.model.stream import Draft

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0

_FILTER_CODE = re.compile(
    r"content_?filter|content_policy|sensitive|moderation|inappropriate|data_?inspection"
    r"|responsible_?ai|safety|\b1301\b"
)
"""In codes of OpenAI, Azure, Qwen, Moonshot and Zhipu (1301)."""

_FILTER_SENTENCE = re.compile(r"content exists risk|content management policy")
"""DeepSeek says it in a sentence only, Azure also."""

_OWNER = re.compile(r"insufficient_(quota|balance)|exceeded_current_quota|arrearage|billing|\b1113\b")
"""The account has run out of money: asking again cannot help, although some answer 429."""

_CODE = re.compile(r"[\w.\-]{1,64}", re.ASCII)
_JITTER = random.SystemRandom()


class AttemptError(Exception):
    """One failed attempt; its text holds constant words and the provider's code only.

    Attributes:
        raises: what the call ends as when this is the last attempt.
        word: the provider's error code, or a word of ours.
        status: HTTP status, 0 where no answer came or the answer itself was wrong.
        retry: whether asking again can help; *once*: but only one time.
        after_s: seconds the provider asks us to wait.
        without_usage: the provider does not know `stream_options`: ask again at once without it.
        without_wishes: the model takes no temperature, or no such limit: ask again at once without them.
    """

    def __init__(
        self,
        raises: type[ModelError],
        word: str,
        *,
        status: int = 0,
        retry: bool = False,
        once: bool = False,
        after_s: float = 0.0,
        without_usage: bool = False,
        without_wishes: bool = False,
    ) -> None:
        super().__init__(f"{word} status={status}")
        self.raises = raises
        self.word = word
        self.status = status
        self.retry = retry
        self.once = once
        self.after_s = after_s
        self.without_usage = without_usage
        self.without_wishes = without_wishes


def fault_of_status(status: int, told: object, headers: Mapping[str, str]) -> AttemptError:
    """The fault behind an HTTP error *status*; *told* is the provider's error object or text."""
    code = _code(told)
    if status in (400, 422) and re.search("stream_options|include_usage", str(told)):
        return AttemptError(ModelDown, code, status=status, without_usage=True)
    if status in (400, 403, 422, 451) and _is_filter(told):
        return AttemptError(ModelRefused, code, status=status)
    if status in (401, 402, 403, 404) or _OWNER.search(_kinds(told)):
        return AttemptError(ModelKeyRefused, code, status=status)
    if status in (400, 422):
        refused = re.search("temperature|max_tokens|max_completion_tokens", str(told))
        return AttemptError(ModelDown, code, status=status, without_wishes=refused is not None)
    after_s = _retry_after_s(headers)
    if status == 429:
        return AttemptError(ModelBusy, code, status=status, retry=True, after_s=after_s)
    passing = status == 408 or (status >= 500 and status not in (501, 505))
    return AttemptError(ModelDown, code, status=status, retry=passing, after_s=after_s)


def fault_of_interruption(told: object) -> AttemptError:
    """The fault behind an error that came inside the stream; it counts as 500 unless its code is a status."""
    if _is_filter(told):
        return AttemptError(ModelRefused, _code(told))
    code = str(told.get("code")) if isinstance(told, Mapping) else ""
    status = int(code) if re.fullmatch(r"[45]\d\d", code, re.ASCII) else 500
    return fault_of_status(status, told, {})


def flaw(draft: Draft) -> AttemptError | None:
    """Why *draft* cannot be shown; None when it can."""
    if draft.finish == "cut":
        return None if draft.worth_showing else AttemptError(ModelDown, "broke_off", retry=True)
    if draft.text:
        return None
    if draft.finish == "content_filter" or draft.refused:
        return AttemptError(ModelRefused, "content_filter")
    # All tokens went into thinking: the same question would end the same way.
    if draft.finish == "length":
        return AttemptError(ModelDown, "length")
    return AttemptError(ModelDown, "empty", retry=True, once=True)


def pause_s(fault: AttemptError, attempt: int) -> float:
    """Seconds to wait after *attempt* (1, 2 …): 0.5 doubling to 8 with jitter, at least what was asked."""
    pause: float = min(FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 10), LONGEST_PAUSE_S)
    return max(pause * _JITTER.uniform(0.5, 1.0), fault.after_s * _JITTER.uniform(1.0, 1.1))


def _kinds(told: object) -> str:
    if not isinstance(told, Mapping):
        return ""
    return f"{told.get('code')} {told.get('type')}".lower()


def _is_filter(told: object) -> bool:
    sentence = str(told.get("message") if isinstance(told, Mapping) else told)
    found = _FILTER_CODE.search(_kinds(told)) or _FILTER_SENTENCE.search(sentence.lower())
    return found is not None


def _code(told: object) -> str:
    """The provider's code where it is one, for logs: never a sentence, which may quote the question."""
    if isinstance(told, Mapping):
        for key in ("code", "type"):
            word = str(told.get(key) or "")
            if _CODE.fullmatch(word):
                return word
    return "none"


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds by `retry-after-ms`, else `Retry-After` as seconds or HTTP date; 0 without either."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after", "")
    seconds = _number(asked)
    return _seconds_until(asked) if seconds is None else seconds


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_until(text: str) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
