"""Well-known providers of OpenAI-compatible chat: where they answer, and a sensible model to begin with.

Addresses and models are the commonly documented ones of autumn 2026 and could not be called from where this
was written; providers retire model names, so `model` and `base_url` written by the owner always win.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Provider = Literal["openai", "deepseek", "qwen", "zhipu", "moonshot", "ollama"]


class Preset(NamedTuple):
    """What choosing a provider fills in."""

    base_url: str
    model: str


PRESETS: Mapping[str, Preset] = {
    "openai": Preset("https://api.openai.com/v1", "gpt-4o-mini"),
    "deepseek": Preset("https://api.deepseek.com/v1", "deepseek-flash"),
    "qwen": Preset("https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen-plus"),
    "zhipu": Preset("https://open.bigmodel.cn/api/paas/v4", "glm-4.7-flash"),
    "moonshot": Preset("https://api.moonshot.cn/v1", "kimi-k2.6"),
    "ollama": Preset("http://127.0.0.1:11434/v1", "qwen2.5:7b"),
}
