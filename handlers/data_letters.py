"""Letters about requests on personal data: to the office that must answer, and the answer to the person."""

from __future__ import annotations

from typing import Any

from handlers import data_requests
from handlers.cards import View
from handlers.clock import day
from handlers.kept import copy_of
from handlers.messages import Button, Rows, rows
from handlers.words import N_
from storage import privacy

_HOW = {
    "see": N_("Press “It is done” and the copy is sent to them by itself."),
    "correct": N_("Correct it in the workbook and import it; then press “It is done”."),
    "withdraw": N_("It is done: nothing new is taken from them. Their reports stay, for the law asks for that."),
    "delete": N_(
        "First take them out of the workbook. “It is done” then removes their name, phone number and accounts, and the words of their closed reports, for good."
    ),
}
_ANSWERS = {
    "see": N_("✅ Request {number}: here is the copy of your data."),
    "correct": N_("✅ Request {number}: your data has been corrected."),
    "withdraw": N_("✅ Request {number}: your consent is withdrawn."),
    "delete": N_(
        "✅ Request {number}: your data has been deleted. Your name, phone number and accounts are gone, and the words of your reports. Only the proof of your consent stays, as the law asks. Thank you for all you have done."
    ),
}


def asked(view: View, letter: Any) -> tuple[str, Rows] | None:
    """To the office: what is asked, by whom, by when; and the buttons that answer."""
    request = _of(view, letter)
    if request is None:
        return None
    return _asked(view, request), buttons(view, request)


def late(view: View, letter: Any) -> tuple[str, Rows] | None:
    """To the office: it is overdue; nothing once it is answered."""
    request, _ = _of(view, letter), view.words
    if request is None or request.state != "open":
        return None
    lead = _("⏰ Request {number} has had no answer, and its time is up.").format(
        number=data_requests.number(request.id)
    )
    return f"{lead}\n\n{_asked(view, request)}", buttons(view, request)


def _of(view: View, letter: Any) -> Any:
    return privacy.get(view.conn, int((letter.params or {}).get("request", 0)))


def _asked(view: View, request: Any) -> str:
    _ = view.words
    person = view.registry.people.get(request.person_id)
    lines = [
        _("🔐 Request {number} about personal data: {kind}").format(
            number=data_requests.number(request.id), kind=_(data_requests.KINDS[request.kind])
        ),
        _("From: {name} ({code})").format(name=person.name, code=person.code) if person is not None else "",
        f"“{request.words}”" if request.words else "",
    ]
    if request.state == "open":
        lines.append(
            _("First answer by {reply}, done by {due} (Law 91/2025/QH15).").format(
                reply=day(request.reply_by), due=day(request.due_at)
            )
        )
    lines.append(_(_HOW[request.kind]))
    return "\n".join(line for line in lines if line)


def buttons(view: View, request: Any) -> Rows:
    """Done, or refused; each also by words."""
    _ = view.words
    if request.state != "open":
        return ()
    done = Button(_("It is done"), f"p:done:{request.id}", word=f"dữ liệu xong {request.id}", style="primary")
    return rows([done, Button(_("Refuse"), f"p:why:{request.id}", word=f"dữ liệu từ chối {request.id}")], 2)


def answered(view: View, letter: Any) -> tuple[str, Rows] | None:
    """To the person: done, refused and why, or that it takes longer."""
    request, _ = _of(view, letter), view.words
    if request is None:
        return None
    values = {"number": data_requests.number(request.id), "kind": _(data_requests.KINDS[request.kind])}
    if request.state == "open":
        text = _("ℹ️ Request {number} ({kind}) takes longer. It will be done by {due}.")
        return text.format(**values, due=day(request.due_at)), ()
    if request.state == "refused":
        text = _("ℹ️ Request {number} ({kind}) cannot be met.").format(**values)
        phone = view.registry.setting(request.unit_id, "duty_phone", "UBND")
        asking = _("If you do not agree, call {phone}; you may also complain.").format(phone=phone)
        return "\n\n".join(part for part in (text, request.answer or "", asking) if part), ()
    parts = [_(_ANSWERS[request.kind]).format(**values), request.answer or ""]
    if request.kind == "see":
        parts.append(copy_of(view, request.person_id))
    return "\n\n".join(part for part in parts if part), ()
