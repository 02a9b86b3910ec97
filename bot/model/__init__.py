"""The chat API: streaming, one total deadline, every failure mapped; the only room that knows openai."""

from bot.model.call import Answer, Call
from bot.model.client import Model
from bot.model.stream import Usage

__all__ = ["Answer", "Call", "Model", "Usage"]
