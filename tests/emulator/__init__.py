"""A Bot API server over real HTTP for the tests: it keeps chats, refuses what Telegram refuses, in Telegram's words."""

from tests.emulator.people import Person
from tests.emulator.server import BotApi
from tests.emulator.state import BotAccount, Chat, Shown

__all__ = ["BotAccount", "BotApi", "Chat", "Person", "Shown"]
