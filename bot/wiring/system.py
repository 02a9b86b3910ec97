"""What the model is told before everything else, and within which budget; also where no model is loaded."""

from pathlib import Path

from bot.conversation import Budget
from config.accounts import AccountSettings
from config.settings import Settings
from config.wording import Texts

VOCABULARY = Path("var/tiktoken")
"""Where tiktoken finds its vocabulary; written at the first start."""


def system_text(settings: AccountSettings, texts: Texts) -> str:
    """Who the assistant is, with the owner's `about` behind it."""
    system = texts.say("system_prompt", assistant=settings.assistant, title=settings.title)
    if settings.about_text:
        system = f"{system}\n\n{texts.say('about_head')}\n{settings.about_text}"
    return system


def budget_of(settings: Settings) -> Budget:
    """How many tokens a call may take."""
    return Budget(settings.memory.budget_tokens, settings.chat.reply_tokens, settings.chat.window_tokens)
