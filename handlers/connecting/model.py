"""Which model answers: a provider and its key, or any OpenAI-compatible address."""

from config.presets import PRESETS, Provider
from handlers.connecting import shapes
from handlers.connecting.settings_file import Table
from handlers.connecting.talk import Talk

_ORDER: tuple[Provider, ...] = ("deepseek", "qwen", "zhipu", "moonshot", "openai", "ollama")


def ask(talk: Talk) -> Table:
    """The table [chat] of yingda.toml."""
    options = [f"{talk.word(f'model_{name}')}  ({PRESETS[name].model})" for name in _ORDER]
    chosen = talk.choose("which_model", [*options, talk.word("model_other")])
    if chosen == len(_ORDER):
        return _other(talk)
    provider = _ORDER[chosen]
    if provider == "ollama":
        return {"provider": provider}
    return {"provider": provider, "api_key": talk.ask("ask_model_key", shapes.copied, hidden=True)}


def _other(talk: Talk) -> Table:
    table: Table = {
        "base_url": talk.ask("ask_base_url", shapes.api_address),
        "model": talk.ask("ask_model", shapes.copied),
    }
    check = shapes.copied if "api.openai.com" in str(table["base_url"]) else shapes.optional(shapes.copied)
    key = talk.ask("ask_model_key", check, hidden=True)
    return table | ({"api_key": key} if key else {})
