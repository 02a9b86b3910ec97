"""The sections of the settings: one class for each table of the TOML but the accounts."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PrivateAttr, StringConstraints, model_validator

from config.checks import (
    MaybeWords,
    Name,
    Names,
    Secret,
    Section,
    StoreAddress,
    WebAddress,
    Words,
    Zone,
    most_characters,
)
from config.places import Places
from config.presets import PRESETS, Provider
from config.problems import ConfigError, wrong

_OPENAI_HOST = "api.openai.com"

SHIPPED_WORDS = Path(__file__).with_name("words")

AccountName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Days = Annotated[int, Field(ge=1, le=3650)]
Notice = Annotated[MaybeWords, AfterValidator(most_characters(80))]


class RedisSettings(Section):
    """The store; without an address only launch.py starts (it brings its own store)."""

    url: Annotated[StoreAddress | None, Field(repr=False)] = None
    allow_unsafe: bool = False


class ChatSettings(Section):
    """The model. `provider` fills in address and model; what is written explicitly wins.

    Attributes:
        models: what else may be chosen, at the same address.
        temperature_min, temperature_max: what people may set for themselves; unset, none is sent.
    """

    provider: Provider | None = None
    base_url: WebAddress = PRESETS["openai"].base_url
    api_key: Secret | None = None
    model: Name = PRESETS["openai"].model
    models: Names = ()
    deadline_s: Annotated[float, Field(ge=1, le=3600)] = 120.0
    window_tokens: Annotated[int, Field(ge=256, le=10_000_000)] = 8192
    reply_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    temperature_min: Annotated[float, Field(ge=0, le=2)] = 0.0
    temperature_max: Annotated[float, Field(ge=0, le=2)] = 1.0

    @property
    def all_models(self) -> tuple[str, ...]:
        """Every model that may be used, `model` first."""
        return tuple(dict.fromkeys((self.model, *self.models)))

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: Any) -> Any:
        """Before the fields are checked, so that an explicit value of any source is already there."""
        preset = PRESETS.get(str(values.get("provider"))) if isinstance(values, dict) else None
        return {**preset._asdict(), **values} if preset else values

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        host = (urlsplit(self.base_url).hostname or "").rstrip(".")
        if host == _OPENAI_HOST and self.api_key is None:
            raise wrong("missing", "api_key")
        if self.reply_tokens >= self.window_tokens:
            raise wrong("must be less than chat.window_tokens", "reply_tokens")
        if self.temperature_min > self.temperature_max:
            raise wrong("must not be more than chat.temperature_max", "temperature_min")
        return self


class MemorySettings(Section):
    """How much of a chat is remembered, and for how long."""

    budget_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 3000
    days: Days = 30
    forget_after_unfollow_days: Annotated[int, Field(ge=0, le=3650)] = 7


class TurnSettings(Section):
    """How one answer comes about."""

    merge_waiting: bool = True
    max_deaths: Annotated[int, Field(ge=1, le=100)] = 8
    on_ambiguous: Literal["resend", "skip"] = "resend"
    drain_s: Annotated[float, Field(ge=0, le=3600)] = 25.0
    inbox_most: Annotated[int, Field(ge=1, le=100_000)] = 100


class ReplySettings(Section):
    """How an answer is delivered.

    Attributes:
        first_part_s: after so long the finished sentences of an answer are sent while the rest is written.
        passive_attempts: how often the platform delivers a message that is not answered (protocol A4, U1).
        passive_answer_s: how soon a response has to be given; the platform hangs up after 5 s.
        passive_total_s: the same from the moment the message was written, over all deliveries.
    """

    first_part_s: Annotated[float, Field(ge=0, le=600)] = 6.0
    passive_attempts: Annotated[int, Field(ge=1, le=4)] = 3
    passive_answer_s: Annotated[float, Field(ge=0.01, le=4.8)] = 4.5
    passive_total_s: Annotated[float, Field(ge=3, le=19)] = 14.0


class WebSettings(Section):
    """What the web shows to others than the platforms."""

    public_url: WebAddress | None = None
    metrics_token: Secret | None = None


class OwnerSettings(Section):
    """Where the owner reads notices: a *person* (userid or openid) of one *account*; both or neither.

    Attributes:
        digest_hour: from when on, by the owner's clock, yesterday's figures are told; -1 is never.
    """

    account: AccountName | None = None
    person: Name | None = None
    digest_hour: Annotated[int, Field(ge=-1, le=23)] = 9

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.account is None) != (self.person is None):
            raise wrong("missing", "account" if self.account is None else "person")
        return self


class LimitsSettings(Section):
    """What may be spent in a day; 0 is no limit.

    Attributes:
        daily_cost: for an account, in the currency of config/prices.toml; only where the price is there.
        per_person_per_day: answers of the model for one person.
    """

    daily_cost: Annotated[float, Field(ge=0, le=1_000_000)] = 20.0
    per_person_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 100


class PrivacySettings(Section):
    """What is kept of people, and for how long.

    Attributes:
        keep_text: whether admins can look through the last questions and answers.
    """

    audit_days: Days = 180
    keep_text: bool = True


class WordsSettings(Section):
    """What is not talked about, and what somebody says who may want to end their life.

    Attributes:
        folder: where the lists are; without it those in config/words, which `place` is then.
    """

    enabled: bool = True
    folder: Words | None = None

    _place: Path = PrivateAttr(default=SHIPPED_WORDS)

    @property
    def place(self) -> Path:
        """The folder of the lists."""
        return self._place

    def locate(self, folder: Path, key: str) -> None:
        """Find `folder`, relative to *folder*. Raises ConfigError naming *key*."""
        if self.folder is None or not self.enabled:
            return
        self._place = folder / self.folder
        try:
            found = self._place.is_dir()
        except (OSError, ValueError):
            found = False
        if not found:
            raise ConfigError(f"{key} names no folder; its path is relative to the TOML")


class NoticeSettings(Section):
    """Who answers for the accounts, as 「关于」 and the page /privacy/<account> say it; all may be empty.

    Attributes:
        model: how the model is called there; empty: as in `chat.model`.
        filing: the filing number of the service or of its model.
        privacy_contact: whom to ask about one's data.
    """

    operator: Notice = ""
    contact: Notice = ""
    model: Notice = ""
    filing: Notice = ""
    privacy_contact: Notice = ""


class TimeSettings(Section):
    """The owner's clock."""

    zone: Zone = "Asia/Shanghai"


class FailpointSettings(Section):
    """For tests of crashes: places where a process kills itself (bot/failpoints.py knows them)."""

    armed: Places = ()
