"""The accounts Yingda answers on: one table of the TOML each."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from config.checks import (
    AESKey,
    Identifier,
    MaybeWords,
    Names,
    Secret,
    Section,
    Sentences,
    WebAddress,
    Words,
    WorkingHours,
    most_characters,
)
from config.menus import MenuButton, MenuItem, check_menu
from config.problems import ConfigError, wrong
from config.scenes import Scene, SceneName, Welcome

Channel = Literal["official", "wecom"]
Audience = Literal["public", "internal"]

_ABOUT_BYTES = 64 * 1024


class AccountSettings(Section):
    """What every kind of account has.

    Attributes:
        token, aes_key: sign and encrypt the callbacks, as set on the platform's page.
        api_base: where the platform's API answers: itself, a proxy with a fixed address, or the simulator.
        reply: whether answers go through the customer-service API, in the callback's response, or as fits.
        audience: `public` accounts carry the AI label and notice.
        title, assistant, examples: who the assistant is to the people it greets.
        about: a text file next to the TOML that the model answers from; `about_text` is what it holds.
        label_ai: whether answers carry the AI label; unset: only on public accounts.
        human_hours: when humans answer, on the owner's clock (`Mon-Fri 9:00-18:00`); blank: always.
        human_minutes: without a word of either side a hand-over to a human ends after so long.
        welcome: how people are greeted, in place of the text of config/texts.
        menu: the whole custom menu; without it there is a default one, with own_items in it.
        notices_to_all: whether admins may send a notice to everybody who can be reached.
    """

    channel: Channel
    token: Secret
    aes_key: AESKey | None = None
    api_base: WebAddress
    reply: Literal["auto", "service", "passive"] = "auto"
    language: Literal["zh", "en"] = "zh"
    audience: Audience
    admins: Names = ()
    title: Annotated[MaybeWords, AfterValidator(most_characters(60))] = ""
    assistant: Annotated[Words, AfterValidator(most_characters(20))] = "小答"
    examples: Annotated[Sentences, Field(max_length=6)] = ()
    about: Path | None = None
    label_ai: bool | None = None
    human_hours: WorkingHours = ""
    human_minutes: Annotated[int, Field(ge=1, le=10_080)] = 120
    welcome: Welcome | None = None
    menu: Annotated[tuple[MenuButton, ...], Field(max_length=3)] = ()
    own_items: Annotated[tuple[MenuItem, ...], Field(max_length=5)] = ()
    notices_to_all: bool = False

    _about_text: str = PrivateAttr(default="")

    @property
    def about_text(self) -> str:
        """What the file named by `about` held when the settings were loaded; "" without one."""
        return self._about_text

    def read_about(self, folder: Path, key: str) -> None:
        """Read `about`, relative to *folder*. Raises ConfigError naming *key*."""
        if self.about is None:
            return
        try:
            content = (folder / self.about).read_bytes()
        except (OSError, ValueError):
            raise ConfigError(f"{key} names no readable file; its path is relative to the TOML") from None
        if len(content) > _ABOUT_BYTES:
            raise ConfigError(f"{key} names a file over {_ABOUT_BYTES // 1024} KiB; keep it to a few pages")
        try:
            self._about_text = content.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            raise ConfigError(f"{key} names a file that is not UTF-8 text; save it as UTF-8") from None


class OfficialSettings(AccountSettings):
    """A WeChat official account (公众号).

    Attributes:
        scenes: what a QR code of that name chooses for whoever scans it.
    """

    channel: Literal["official"]
    app_id: Identifier
    app_secret: Secret
    encryption: Literal["safe", "plain"] = "safe"
    api_base: WebAddress = "https://api.weixin.qq.com"
    audience: Audience = "public"
    scenes: Annotated[dict[SceneName, Scene], Field(default_factory=dict)]

    @model_validator(mode="after")
    def _menu_fits(self) -> Self:
        """The platform's limits for names (protocol B5)."""
        check_menu(self.menu, self.own_items, top_bytes=16, item_bytes=60)
        return self

    @model_validator(mode="after")
    def _key_fits_encryption(self) -> Self:
        """A missing key is never taken for plain mode: that has to be written."""
        if self.encryption == "safe" and self.aes_key is None:
            raise wrong("missing", "aes_key")
        if self.encryption == "plain" and self.aes_key is not None:
            raise wrong(
                'has no use with encryption = "plain"; remove it, or write encryption = "safe"', "aes_key"
            )
        return self


class WecomSettings(AccountSettings):
    """A WeCom app (企业微信自建应用)."""

    channel: Literal["wecom"]
    corp_id: Identifier
    agent_id: Annotated[int, Field(ge=0, le=2**31)]
    secret: Secret
    api_base: WebAddress = "https://qyapi.weixin.qq.com"
    audience: Audience = "internal"
    notices_to_all: bool = True

    @model_validator(mode="after")
    def _menu_fits(self) -> Self:
        """The platform's limits for names (protocol C8)."""
        check_menu(self.menu, self.own_items, top_bytes=16, item_bytes=16)
        return self

    @model_validator(mode="after")
    def _key_is_there(self) -> Self:
        if self.aes_key is None:
            raise wrong("missing", "aes_key")
        if self.reply == "passive":
            raise wrong('is for official accounts; a WeCom app may always write: use "auto"', "reply")
        return self


Account = Annotated[OfficialSettings | WecomSettings, Field(discriminator="channel")]
ACCOUNT_KEYS = frozenset(OfficialSettings.model_fields) | frozenset(WecomSettings.model_fields)
