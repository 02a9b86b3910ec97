"""The one reader of files and environment: everything an owner may set, checked before anything starts."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import problems, sources
from config.accounts import Account, OfficialSettings, WecomSettings
from config.checks import Section
from config.problems import ConfigError, wrong
from config.scenes import check_scenes
from config.sections import (
    AccountName,
    ChatSettings,
    FailpointSettings,
    LimitsSettings,
    MemorySettings,
    NoticeSettings,
    OwnerSettings,
    PrivacySettings,
    RedisSettings,
    ReplySettings,
    TimeSettings,
    TurnSettings,
    WebSettings,
    WordsSettings,
)

__all__ = ["ConfigError", "OfficialSettings", "Settings", "WecomSettings", "load"]


class Settings(BaseSettings):
    """Everything the owner has set; made by `load`, passed on, never changed."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    # First, because an installation without any account should hear that before anything else.
    accounts: Annotated[dict[AccountName, Account], Field(min_length=1)]
    redis: RedisSettings = RedisSettings()
    chat: Annotated[ChatSettings, Field(default_factory=dict, validate_default=True)]
    memory: MemorySettings = MemorySettings()
    turn: TurnSettings = TurnSettings()
    reply: ReplySettings = ReplySettings()
    web: WebSettings = WebSettings()
    owner: OwnerSettings = OwnerSettings()
    time: TimeSettings = TimeSettings()
    limits: LimitsSettings = LimitsSettings()
    privacy: PrivacySettings = PrivacySettings()
    words: WordsSettings = WordsSettings()
    notice: NoticeSettings = NoticeSettings()
    failpoints: FailpointSettings = FailpointSettings()
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    web_concurrency: Annotated[int, Field(ge=1, le=256)] = 2
    worker_threads: Annotated[int, Field(ge=1, le=10_000)] = 200

    @model_validator(mode="after")
    def _owner_is_reached_through_an_account(self) -> Self:
        if self.owner.account is not None and self.owner.account not in self.accounts:
            raise wrong(
                "names no account that is configured; write the name of one of [accounts]", "owner.account"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in: `load` brings the sources, so nothing is read by accident."""
        return (init_settings,)


def load(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """The settings of *environ* (None: of this process) and of the TOML that it names, or of *file* instead.

    For every key the bare variable (`REDIS_URL`) wins over `YINGDA_REDIS__URL`, and that over the TOML.
    Raises ConfigError, one line naming the key in full and what to do, never a value.
    """
    environ = os.environ if environ is None else environ
    named = environ.get(sources.CONFIG) if file is None else str(file)
    if named is not None and not named.strip():
        raise ConfigError(f"{sources.CONFIG} is blank; write the path of your TOML, or remove the variable")
    file = Path(named or sources.DEFAULT_FILE)
    tables = (
        sources.bare_layer(environ),
        sources.prefixed_layer(environ, _known_paths()),
        sources.toml_layer(file, named=named is not None),
    )
    settings = _checked(tables, environ)
    settings.words.locate(file.parent, _name_of(("words", "folder"), environ))
    for name, account in settings.accounts.items():
        account.read_about(file.parent, _name_of(("accounts", name, "about"), environ))
        if isinstance(account, OfficialSettings):
            check_scenes(f"accounts.{name}.scenes", account.scenes, settings.chat.all_models)
    return settings


def _checked(tables: tuple[dict[str, Any], ...], environ: Mapping[str, str]) -> Settings:
    layers = tuple(sources.Layer(Settings, table) for table in tables)
    # Passed as a mapping because type checkers do not see pydantic-settings' own arguments.
    own_arguments: dict[str, Any] = {"_build_sources": (layers, {})}
    try:
        return Settings(**own_arguments)
    except ValidationError as error:
        # Without its cause: pydantic's own text spans lines.
        raise problems.explain(error, lambda path: _name_of(path, environ), _names_of) from None


def _known_paths() -> frozenset[problems.Path]:
    """Every key outside the accounts, as (section, key) or (key,)."""
    paths: set[problems.Path] = set()
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            paths.update((name, key) for key in section.model_fields)
        elif name != "accounts":
            paths.add((name,))
    return frozenset(paths)


def _name_of(path: problems.Path, environ: Mapping[str, str]) -> str:
    """The key as its owner wrote it: the variable that set it, else its place in the TOML."""
    written = (sources.variable_of(path), sources.prefixed_name(path))
    return next((name for name in written if name in environ), ".".join(path))


def _names_of(path: problems.Path) -> str:
    return f"{'.'.join(path)} (or {sources.variable_of(path)})"
