"""Becoming known: a stranger is tied to a person of the roster by a code or their own phone, then asked for consent."""

from __future__ import annotations

import hashlib
import re

from handlers import facts, menu
from handlers.messages import Button, Outgoing, rows
from handlers.registry import Person
from handlers.turn import Turn
from handlers.vietnamese import fold
from handlers.words import LANGUAGES, words_for
from storage import accounts, privacy
from storage import registry as registry_rows

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read aloud and typed by thumb
CODE_LENGTH = 10
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z \-]{6,20}")
_TOLD = re.compile(
    r"(?:.*\s)?(?:mã|ma|code|là|la|is)\s*:?\s+([0-9A-Za-z][0-9A-Za-z \-]{6,20})\.?", re.IGNORECASE | re.DOTALL
)
_ALMOST = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[0-9A-Za-z \-]{3,24}")
_PHONE = re.compile(r"\+?[\d. \-]{9,16}")


def normal_code(text: str) -> str:
    """A typed code in its stored shape (capitals, no spaces or dashes); empty when the text is none."""
    word = text.removeprefix("/start").strip()
    told = _TOLD.fullmatch(word) if len(word) <= 80 else None
    word = told[1] if told else word
    if not _CODE.fullmatch(word):
        return ""
    code = re.sub(r"[ \-]", "", word).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def normal_phone(phone: str) -> str:
    """Digits with a leading zero: +84 912 345 678 and 84912345678 and 0912.345.678 are one number."""
    digits = re.sub(r"\D", "", phone)
    return "0" + digits[2:] if digits.startswith("84") and len(digits) > 9 else digits


def stranger(turn: Turn) -> list[Outgoing]:
    """Someone whose account we do not know: a code or their own phone number opens, all else is answered kindly."""
    incoming, _ = turn.incoming, turn.words
    if incoming.event:
        return []
    if incoming.contact is not None:
        return _by_phone(turn)
    code = normal_code(incoming.text)
    if code:
        return _by_code(turn, code)
    return [_whom_to_ask(turn, _why_not(turn))]


def _why_not(turn: Turn) -> str:
    word, _ = turn.incoming.text.removeprefix("/start").strip(), turn.words
    if _PHONE.fullmatch(word):
        return _("A number that is typed could be anybody's, so it does not tell me who you are.")
    if _ALMOST.fullmatch(word):
        return _("A code has {n} letters and digits. Please type all of it in one message.").format(n=CODE_LENGTH)
    return _("Hello. I only work with cadres and officials on the commune's list, and I do not know you yet.")


def _whom_to_ask(turn: Turn, lead: str) -> Outgoing:
    _ = turn.words
    phone = _duty_phone(turn)
    text = lead + "\n\n" + _("Please type the code the commune gave you.")
    text += "\n" + (
        _("No code? Ask the commune's office: {phone}.").format(phone=phone)
        if phone
        else _("No code? Ask the commune's office.")
    )
    return turn.say(text, ask="contact")


def _duty_phone(turn: Turn) -> str:
    communes = [unit for unit in turn.registry.units.values() if unit.kind == "commune"]
    return turn.registry.setting(communes[0].id, "duty_phone") if len(communes) == 1 else ""


def _by_phone(turn: Turn) -> list[Outgoing]:
    contact, _ = turn.incoming.contact, turn.words
    if contact is None or not contact.own:
        return [_whom_to_ask(turn, _("That is not your own phone number, so I cannot let you in with it."))]
    person = turn.registry.by_phone.get(normal_phone(contact.phone))
    if person is None:
        return [_whom_to_ask(turn, _("Your phone number is not on the commune's list."))]
    return _tie(turn, person)


def _by_code(turn: Turn, code: str) -> list[Outgoing]:
    _ = turn.words
    invite = accounts.invite(turn.conn, code, turn.now)
    person = turn.registry.people.get(invite.person_id) if invite is not None and invite.person_id else None
    if invite is None or person is None or not accounts.use_invite(turn.conn, invite.id, turn.now):
        return [_whom_to_ask(turn, _("This code is not right, has been used, or is too old."))]
    return _tie(turn, person)


def _tie(turn: Turn, person: Person) -> list[Outgoing]:
    incoming = turn.incoming
    accounts.tie(turn.conn, incoming.channel, incoming.bot, incoming.user, person.id, turn.now)
    turn.person = person
    return [ask_consent(turn)]


def consent_text(turn: Turn, lang: str) -> str:
    """The text agreed to, with the commune's own name and months."""
    roles = turn.roles
    unit_id = roles[0].unit_id if roles else -1
    return facts.consent()(lang).format(
        controller=turn.registry.setting(unit_id, "controller", "UBND"),
        months=turn.registry.setting(unit_id, "retention_months", "24"),
        phone=turn.registry.setting(unit_id, "duty_phone", "UBND"),
    )


def ask_consent(turn: Turn) -> Outgoing:
    """The consent text with two equal buttons, nothing chosen beforehand (Law 91/2025/QH15)."""
    _ = turn.words
    text = consent_text(turn, _.lang)
    return turn.say(text, rows([Button(_("I agree"), "k:yes"), Button(_("I do not agree"), "k:no")], 2))


def consent(turn: Turn) -> list[Outgoing]:
    """Known but not agreed: only the consent question works."""
    incoming, _ = turn.incoming, turn.words
    answer = _meant(incoming.tap, incoming.text)
    lang = menu.meant(incoming.text)
    if lang in LANGUAGES:
        _speak(turn, lang)
        return [ask_consent(turn)]
    if not answer:
        return [] if incoming.event else [ask_consent(turn)]
    record(turn, agreed=answer == "yes")
    if answer == "no":
        accounts.change(turn.conn, turn.account.id if turn.account else 0, consent=None)
        return [
            turn.say(
                _("I have noted that you do not agree; nothing you send is kept. If you change your mind, type: đồng ý")
            )
        ]
    assert turn.account is not None
    accounts.change(turn.conn, turn.account.id, consent=facts.consent().version, used_at=turn.now, stopped=None)
    lead = _("Thank you, comrade {name}. What would you like to do?").format(name=menu.given_name(turn.me.name))
    return [menu.show(turn, lead, edit=True)]


def _meant(tap: str, text: str) -> str:
    if tap.startswith("k:"):
        return tap[2:] if tap[2:] in ("yes", "no") else ""
    word = fold(text)
    if word in ("1", "dong y", "toi dong y", "co", "i agree", "agree", "yes"):
        return "yes"
    return "no" if word in ("2", "khong dong y", "khong", "toi khong dong y", "i do not agree", "no") else ""


def record(turn: Turn, *, agreed: bool) -> None:
    """The proof: who, when, by which account, and the very text (Law 91/2025/QH15)."""
    incoming = turn.incoming
    text = consent_text(turn, turn.words.lang)
    proof = {
        "person_id": turn.me.id,
        "version": facts.consent().version,
        "text_hash": hashlib.sha256(text.encode()).hexdigest(),
        "agreed": agreed,
        "channel": incoming.channel,
        "account": f"{incoming.bot}:{incoming.user}",
        "at": turn.now,
    }
    privacy.keep_text(turn.conn, str(proof["text_hash"]), text)
    accounts.consented(turn.conn, proof)


def reach_changed(turn: Turn) -> list[Outgoing]:
    """The person blocked the bot or took it back: the account is marked, nothing is said."""
    incoming = turn.incoming
    why = "stopped" if incoming.event == "blocked" else None
    accounts.stop(turn.conn, incoming.channel, incoming.bot, incoming.user, why)
    return []


def language(turn: Turn, lang: str) -> list[Outgoing]:
    """The person wants to read Vietnamese or English from now on."""
    _speak(turn, lang)
    return [menu.show(turn)]


def _speak(turn: Turn, lang: str) -> None:
    registry_rows.set_language(turn.conn, turn.me.id, lang)
    turn.words = words_for(lang)
