"""Interviews as people meet them: begun, gone on with, left, taken up again, and what each becomes when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers import access, emergency, interview, letters, lists, menu
from handlers.clock import stamp
from handlers.form import Form
from handlers.interview import Draft, Env
from handlers.interview_view import tick
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from storage import accounts, cases, drafts

# What a finished form becomes: gets the turn, the form, the draft and the case it is about (if any).
Settle = Callable[[Turn, Form, Draft, int | None], list[Outgoing]]


def env(turn: Turn, case_id: int | None = None) -> Env:
    """What the pure interview needs of the world."""
    case = cases.get(turn.conn, case_id) if case_id is not None else None
    return Env(
        words=turn.words,
        today=turn.day,
        lists=lambda name, draft: lists.choices(turn, name, draft, case_id),
        defaults=lambda question, draft: lists.default(turn, question, draft),
        about=case.code if case is not None else "",
    )


def begin(
    turn: Turn, name: str, case_id: int | None = None, answers: Mapping[str, Any] | None = None
) -> list[Outgoing]:
    """Start a form in the speaker's private chat; an interview that was open stays a draft.

    `answers` are known already: they are told back above the first question that is still open.
    """
    form, draft = _new(turn, name, case_id)
    draft.answers.update(answers or {})
    step = interview.begin(form, draft, env(turn, case_id), turn.private)
    drafts.save(turn.conn, draft.id, step.draft.to_json(), turn.now)
    if not answers:
        return list(step.out)
    known = [tick(question, draft, env(turn, case_id)) for question in form.questions if question.name in answers]
    return [replace(step.out[0], text="\n".join([*known, "", step.out[0].text])), *step.out[1:]]


def begin_with(turn: Turn, name: str, case_id: int) -> list[Outgoing]:
    """Start a form about a case with what was just said as its first answer: nobody is asked for it twice."""
    form, draft = _new(turn, name, case_id)
    step = interview.step(form, draft, turn.incoming, env(turn, case_id))
    drafts.save(turn.conn, draft.id, step.draft.to_json(), turn.now)
    return list(step.out) or [interview.show(form, draft, env(turn, case_id), turn.private)]


def _new(turn: Turn, name: str, case_id: int | None) -> tuple[Form, Draft]:
    """A draft that is the open one from now on."""
    assert turn.account is not None
    if turn.account.draft_id is not None and is_empty(turn.account.body):
        drafts.drop(turn.conn, turn.account.draft_id)
    form = turn.forms.latest[name]
    draft = Draft(id=0, form_hash=form.hash)
    draft.id = drafts.make(turn.conn, turn.me.id, form.hash, name, case_id, draft.to_json(), turn.now)
    accounts.change(turn.conn, turn.account.id, draft_id=draft.id, used_at=turn.now)
    return form, draft


def is_empty(body: Any) -> bool:
    """A draft in which nothing is written and no file is kept: nobody misses it."""
    return not (body and (body.get("answers") or body.get("files")))


def start(turn: Turn, name: str) -> list[Outgoing]:
    """A report from the menu; an unfinished one of the same kind is offered first, so that nobody types twice."""
    if not access.communes_of(turn.registry, turn.me.id, turn.day):
        return [menu.homeless(turn)]  # before anything is typed: there would be no hamlet to choose
    unfinished = [
        row for row in drafts.of_person(turn.conn, turn.me.id) if row.form_name == name and not is_empty(row.body)
    ]
    return [offer(turn, unfinished, name)] if unfinished else begin(turn, name)


def offer(turn: Turn, rows_: Sequence[Any], name: str = "", *, alone: bool = True) -> Outgoing:
    """“You were writing…”: go on, throw away, or (from the menu) begin a new one; where it stands `alone` also the menu."""
    _ = turn.words
    buttons = []
    for row in rows_[:3]:
        buttons.append(
            Button(_("Go on: {title}").format(title=_title(turn, row)), f"w:{row.id}:resume", style="primary")
        )
        buttons.append(Button(_("Throw away: {title}").format(title=_title(turn, row)), f"w:{row.id}:drop"))
    if name:
        buttons.append(Button(_("Write a new one"), f"m:{name}_new"))
    if alone:
        buttons.append(Button(_("Main menu"), "m:menu"))
    return turn.say(_("You were writing something and have not sent it yet. It is still here."), rows(buttons))


def _title(turn: Turn, row: Any) -> str:
    form = turn.forms.by_hash.get(row.form_hash)
    name = form.title.in_(turn.words.lang) if form else row.form_name
    answers = row.body.get("answers") or {}
    words = str(answers.get("title") or answers.get("story") or answers.get("words") or "")
    return f"“{letters.short(words, 26)}” · {stamp(row.changed_at)}" if words else f"{name} · {stamp(row.changed_at)}"


def go_on(turn: Turn, settle: Mapping[str, Settle]) -> list[Outgoing]:
    """The message is for the open interview; a finished one is handed to `settle[form name]`."""
    account = turn.account
    assert account is not None
    assert account.draft_id is not None
    assert account.form_hash is not None
    form = turn.forms.by_hash[account.form_hash]
    draft = Draft.from_json(account.body, account.draft_id)
    before = dict(draft.answers)
    step = interview.step(form, draft, turn.incoming, env(turn, account.case_id))
    if step.outcome:
        return [*step.out, *_ended(turn, form, step.draft, step.outcome, settle)]
    drafts.save(turn.conn, draft.id, step.draft.to_json(), turn.now)
    first = emergency.call_first(before, draft.answers, turn.words) if step.out else ""
    return [replace(step.out[0], text=f"{first}\n\n{step.out[0].text}"), *step.out[1:]] if first else list(step.out)


def _ended(turn: Turn, form: Form, draft: Draft, outcome: str, settle: Mapping[str, Settle]) -> list[Outgoing]:
    account, _ = turn.account, turn.words
    assert account is not None
    if outcome == "sent":
        draft.answers = interview.final_answers(form, draft, env(turn, account.case_id))
        return settle[form.name](turn, form, draft, account.case_id)
    if outcome == "dropped":
        drafts.drop(turn.conn, draft.id)
        return [menu.show(turn, _("Thrown away. Nothing was sent."), edit=True)]
    drafts.save(turn.conn, draft.id, draft.to_json(), turn.now)
    return [leave(turn)]


def leave(turn: Turn) -> Outgoing:
    """Out of the interview; what was written waits."""
    kept = turn.words("Kept. You can go on at any time: press “My reports”.")
    return menu.show(turn, kept if put_aside(turn) else turn.words("Stopped. Nothing was sent."), edit=True)


def put_aside(turn: Turn) -> bool:
    """No interview is open from now on; whether there is something to come back to."""
    assert turn.account is not None
    if is_empty(turn.account.body):
        drafts.drop(turn.conn, turn.account.draft_id or 0)
        return False
    accounts.change(turn.conn, turn.account.id, draft_id=None)
    return True


def here(turn: Turn) -> list[Outgoing]:
    """The open question once more."""
    assert turn.account is not None
    row = drafts.get(turn.conn, turn.account.draft_id or 0, turn.me.id)
    return resume(turn, row) if row is not None and row.form_hash in turn.forms.by_hash else []


def take_up(turn: Turn) -> list[Outgoing]:
    """A tap on "go on" or "throw away" of an unfinished draft."""
    _ = turn.words
    which, _sep, what = turn.incoming.tap[2:].partition(":")
    row = drafts.get(turn.conn, number([which]), turn.me.id)
    if row is None or row.form_hash not in turn.forms.by_hash:
        return [menu.show(turn, _("That draft is no longer here: it was sent or thrown away."))]
    if what == "drop":
        drafts.drop(turn.conn, row.id)
        return [menu.show(turn, _("Thrown away. Nothing was sent."), edit=True)]
    return resume(turn, row)


def resume(turn: Turn, row: Any) -> list[Outgoing]:
    """Go on with a draft from where it was."""
    assert turn.account is not None
    accounts.change(turn.conn, turn.account.id, draft_id=row.id, used_at=turn.now)
    draft = Draft.from_json(row.body)
    draft.id = row.id
    return [interview.show(turn.forms.by_hash[row.form_hash], draft, env(turn, row.case_id), turn.private)]


def stale(turn: Turn) -> list[Outgoing]:
    """A button of an interview that is not the open one: say so, and show where they are."""
    account, _ = turn.account, turn.words
    assert account is not None
    wanted = account.draft_id if account.draft_id is not None else number(turn.incoming.tap.split(":")[1:2])
    row = drafts.get(turn.conn, wanted, turn.me.id)
    if row is None or row.form_hash not in turn.forms.by_hash:
        return [menu.show(turn, _("That button belongs to an earlier message and no longer works."))]
    if account.draft_id is None:
        return [offer(turn, [row])]
    return [turn.say(_("That button belongs to an earlier message. Here is where we are:")), *resume(turn, row)]


def number(parts: Sequence[str]) -> int:
    """The id in a pressed button's data; 0, which nothing has, for anything that is none."""
    word = parts[0] if parts else ""
    return int(word) if word.isdecimal() and len(word) < 16 else 0
