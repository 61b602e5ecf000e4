"""The front door: what a person can do here, in a handful of buttons."""

from __future__ import annotations

from handlers import access, more
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from handlers.vietnamese import fold

# What people type instead of tapping, folded. The first that the whole text equals decides.
WORDS = {
    "menu": "menu",
    "ve dau": "menu",
    "bat dau": "menu",
    "xin chao": "menu",
    "chao": "menu",
    "phan anh": "petition",
    "kien nghi": "petition",
    "phan anh kien nghi": "petition",
    "ghi phan anh": "petition",
    "report": "petition",
    "viec hay": "practice",
    "viec lam hay": "practice",
    "dien hinh": "practice",
    "mo hinh": "practice",
    "phieu": "mine",
    "phieu cua toi": "mine",
    "my reports": "mine",
    "viec cho toi": "work",
    "viec": "work",
    "my work": "work",
    "tim": "find",
    "tim kiem": "find",
    "danh sach": "find",
    "thong bao": "announce",
    "quan tri": "admin",
    "nhom": "groups",
    "nhom chat": "groups",
    "bang viec": "table",
    "bang": "table",
    "so lieu": "numbers",
    "cau tra loi mau": "templates",
    "mau tra loi": "templates",
    "them": "more",
    "viec khac": "more",
    "ban giao": "handover",
    "ban giao cong viec": "handover",
    "nghi phep": "leave",
    "tro giup": "help",
    "huong dan": "help",
    "help": "help",
    "du lieu": "data",
    "dulieu": "data",
    "english": "en",
    "tieng viet": "vi",
}
WAY_OUT = frozenset({"menu", "ve dau", "main menu"})
COMMANDS = {
    "/start": "menu",
    "/menu": "menu",
    "/help": "help",
    "/cancel": "cancel",
    "/phieu": "mine",
    "/viec": "work",
    "/dulieu": "data",
}


def buttons(turn: Turn) -> list[Button]:
    """What this person can do."""
    _ = turn.words
    if turn.registry.ended(turn.me.id, turn.day):
        return [Button(_("📋 My reports"), "m:mine"), Button(_("❓ Help"), "m:help")]
    found = [
        Button(_("📝 Report a concern or proposal"), "m:petition", style="primary"),
        Button(_("🌱 Tell a good practice"), "m:practice"),
        Button(_("📋 My reports"), "m:mine"),
    ]
    if access.is_official(turn.registry, turn.me.id, turn.day):
        found.append(Button(_("📥 Work waiting for me"), "m:work"))
        found.append(Button(_("🔎 Lists and search"), "m:find"))
    if more.offices(turn):
        found.append(Button(_("🧰 More"), "m:more"))
    found.append(Button(_("❓ Help"), "m:help"))
    return found


def show(turn: Turn, lead: str = "", *, edit: bool = False) -> Outgoing:
    """The menu, under a sentence about what just happened."""
    _ = turn.words
    text = lead or _("Hello, comrade {name}. What would you like to do?").format(name=given_name(turn.me.name))
    return turn.say(text, rows(buttons(turn)), edit=edit)


def help_text(turn: Turn) -> Outgoing:
    """How this works, on one screen."""
    _ = turn.words
    text = _(
        "I am an automatic assistant, not a person.\n\n"
        "• To report: press “Report a concern or proposal” and answer each question. You can stop halfway; what you wrote is kept.\n"
        "• To tell a good practice: press “Tell a good practice”.\n"
        "• To see how your reports stand: press “My reports”.\n"
        "• You can tap a button, or type its number or its words, with or without diacritics.\n\n"
        "Do not send denunciations or pictures of identity papers here."
    )
    text += "\n" + _("To see, correct or delete what is kept of you, type: DULIEU")
    if turn.roles:
        text += "\n\n" + _("• To hand over your work or to set a leave: type “bàn giao” or “nghỉ phép”.")
    if access.is_official(turn.registry, turn.me.id, turn.day):
        text += "\n\n" + _(
            "For officials: press the buttons under a case, reply to its message, or type a word and the code, "
            "for example: nhận KN12 · trả lời KN12 The road will be repaired this week."
        )
        text += "\n" + _("To find a case, type “tìm” and what you know of it. For numbers type: số liệu")
    return turn.say(text, rows(buttons(turn)))


def meant(text: str) -> str:
    """The menu entry a typed text names, or nothing."""
    return WORDS.get(fold(text), "") if len(text) <= 40 else ""


def given_name(name: str) -> str:
    """Vietnamese are addressed by their given name, the last word."""
    words = name.partition("(")[0].split()
    return words[-1] if words else name


def homeless(turn: Turn) -> Outgoing:
    """A person whose roles lie in no commune cannot be routed; the draft stays. Nor can one whose roles have ended."""
    _ = turn.words
    if turn.registry.ended(turn.me.id, turn.day):
        return show(
            turn,
            _(
                "Your role has ended, so nothing new can be reported here. What you sent before can still be read: press “My reports”. If this is a mistake, please call the commune's office."
            ),
        )
    return show(
        turn,
        _(
            "Your hamlet or commune is not on the list yet, so I do not know where to send this. It is kept. Please call the commune's office."
        ),
    )
