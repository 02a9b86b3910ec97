"""What a scanned QR code chooses: role, welcome and model; and how people are greeted."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from config.checks import Name, Section
from config.personas import find, load_personas
from config.problems import ConfigError, wrong

_FIELD = re.compile(r"\{(?:assistant|title|examples)\}")
_WELCOME_CHARS = 500
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff]")
_SCENE_CHARS = 64  # protocol B6
_PREFIX = "qrscene_"


def _greeting(value: object) -> object:
    """A text of several lines, with braces around what is filled in."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").strip()
    if not text:
        raise wrong("is blank; fill it in, or remove it if you do not need it")
    if _CONTROL.search(text):
        raise wrong("holds an invisible character; write it again")
    if len(text) > _WELCOME_CHARS:
        raise wrong(f"is too long; {_WELCOME_CHARS} characters are the most")
    if re.search(r"[{}]", _FIELD.sub("", text)):
        raise wrong("may hold {assistant}, {title} and {examples}, and no other braces")
    return text


def _scene(value: str) -> str:
    if value.startswith(_PREFIX):
        raise wrong(f"begins with {_PREFIX}, which the platform puts before it; leave that out")
    if not 0 < len(value) <= _SCENE_CHARS or not value.isprintable():
        raise wrong(f"is no name of a QR code's scene; 1 to {_SCENE_CHARS} characters on one line")
    return value


Welcome = Annotated[str, BeforeValidator(_greeting)]
SceneName = Annotated[str, AfterValidator(_scene)]


class Scene(Section):
    """What whoever scans one QR code gets; a scene without anything is only counted.

    Attributes:
        role: a persona, by either name.
        model: a model that is configured.
    """

    role: Name | None = None
    welcome: Welcome | None = None
    model: Name | None = None

    @property
    def is_answered(self) -> bool:
        """Whether a scan is answered also where nobody new came."""
        return self.role is not None or self.welcome is not None


def check_scenes(key: str, scenes: Mapping[str, Scene], models: Collection[str]) -> None:
    """Every role and every model is there. Raises ConfigError naming the one below *key* that is not."""
    personas = load_personas() if any(scene.role for scene in scenes.values()) else {}
    for name, scene in scenes.items():
        if scene.role is not None and find(personas, scene.role) is None:
            raise ConfigError(f"{key}.{name}.role names no role; config/personas has one file for each")
        if scene.model is not None and scene.model not in models:
            raise ConfigError(f"{key}.{name}.model names a model that is not configured; see chat.model")
