"""Moving a case: who may, along the table, with its history row, its new owner and the letters it causes. One way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers import access, discreet, post, routing, status
from handlers.clock import stamp
from handlers.turn import Turn
from storage import cases, files, history


class Refused(Exception):
    """The move is not made; `sentence` (already in the person's language) says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Move:
    """What is done to a case and with what words."""

    action: str
    words: str = ""
    reason: str = ""
    department_id: int | None = None  # forward: to whom
    attachments: tuple[dict[str, Any], ...] = ()


def case_for(turn: Turn, case_id: int) -> tuple[Any, str]:
    """(the case, held until the commit; the speaker's standing). Raises `Refused` to those it is none of their business."""
    case = cases.locked(turn.conn, case_id)
    roles = access.standing(turn.registry, turn.me.id, case, turn.day) if case is not None else frozenset()
    if case is None or not roles:
        no = turn.words("This case is not with your department, so I may not show or change it.")
        raise Refused((passed_on(turn, case) if case is not None else "") or no)
    return case, access.best(roles)


def passed_on(turn: Turn, case: Any) -> str:
    """Where a case is now, for those who had it before (their card shows as much); '' for anybody else."""
    mine = access.departments_of(turn.registry, turn.me.id, turn.day)
    story = history.of_case(turn.conn, case.id)
    handed = [row.other_id for row in story if row.action == "handover" and row.actor_id == turn.me.id]
    if handed and handed[-1] in turn.registry.people:
        name = turn.registry.people[handed[-1]].name
        return turn.words("{code} was handed over to {name}, who goes on with it.").format(code=case.code, name=name)
    if not any(row.department_id in mine for row in story):
        return ""
    owner = turn.registry.departments.get(case.department_id)
    sentence = turn.words("{code} has been passed on. It is with {department} now.")
    return sentence.format(code=case.code, department=owner.name if owner else "?")


def perform(turn: Turn, case_id: int, move: Move) -> Any:
    """Make the move; returns the case as it is afterwards. Raises `Refused`."""
    case, role = case_for(turn, case_id)
    after = next_state(turn, case, move, _acting(turn, case, role, move))
    owner = _owner(turn, case, move)
    cases.change(
        turn.conn,
        case.id,
        case.version,
        state=after,
        department_id=owner,
        holder_id=_holder(turn, case, move, owner),
        closed_at=turn.now if after in status.CLOSED else None,
    )
    told = _record(turn, case, move, after, owner)
    keep_files(turn, case.id, told, move.attachments)
    changed = cases.get(turn.conn, case.id)
    post.moved(turn, case, changed, told, move.action)
    return changed


def _acting(turn: Turn, case: Any, role: str, move: Move) -> str:
    """A reply to a question is the reporter's own, also when the reporter holds an office."""
    return "reporter" if move.action == "reply" and case.reporter_id == turn.me.id else role


def next_state(turn: Turn, case: Any, move: Move, role: str) -> str:
    """The state the move leads to. Raises `Refused`, with who was first if it was somebody else's to make."""
    if move.action == "answer" and case.state == "answered":
        last = history.last(turn.conn, case.id, "answer")
        if (
            last is not None and last.actor_id != turn.me.id
        ):  # one may supplement one's own answer, not talk past another's
            raise Refused(_who_was_first(turn, case, "answer"))
    try:
        return status.move(case.subject, case.state, move.action, role)
    except status.NotAllowed as no:
        raise Refused(_who_was_first(turn, case, move.action) or turn.words(no.reason)) from None


def _who_was_first(turn: Turn, case: Any, action: str) -> str:
    """Two at once: the second is told who took it, and when."""
    done = history.last(turn.conn, case.id, action)
    person = turn.registry.people.get(done.actor_id) if done is not None and done.actor_id else None
    if done is None or person is None:
        return ""
    sentences = {
        "accept": turn.words("{code}: {name} has already accepted it, at {time}."),
        "acknowledge": turn.words("{code}: {name} has already acknowledged it, at {time}."),
        "answer": turn.words("{code}: {name} has already answered it, at {time}."),
        "refuse": turn.words("{code}: {name} has already sent it back, at {time}."),
    }
    sentence = sentences.get(action, "")
    return sentence.format(code=case.code, name=person.name, time=stamp(done.at)) if sentence else ""


def _owner(turn: Turn, case: Any, move: Move) -> int:
    if move.action == "forward" and move.department_id is not None:
        if move.department_id == case.department_id:
            raise Refused(turn.words("The case is with this department already."))
        return move.department_id
    if move.action == "refuse":
        # Out of one department's competence is not out of the commune's: the intake office finds the right one.
        return routing.intake(turn.registry, case.unit_id).id
    return int(case.department_id)


def _holder(turn: Turn, case: Any, move: Move, owner: int) -> int | None:
    if owner != case.department_id:
        return None
    if move.action in ("accept", "acknowledge", "answer") or (move.action == "ask" and case.holder_id is None):
        return turn.me.id
    return case.holder_id  # type: ignore[no-any-return]


def _record(turn: Turn, case: Any, move: Move, after: str, owner: int) -> int:
    return history.add(
        turn.conn,
        case_id=case.id,
        at=turn.now,
        actor_id=turn.me.id,
        channel=turn.incoming.channel,
        action=move.action,
        from_state=case.state,
        to_state=after,
        department_id=owner,
        reason=move.reason or None,
        words=discreet.kept(move.words or None, sensitive=post.is_sensitive(case)),
    )


def keep_files(turn: Turn, case_id: int, history_id: int, attachments: tuple[dict[str, Any], ...]) -> None:
    """The report is settled: from now on its files are wanted (rule 15)."""
    sensitive = bool(attachments) and post.is_sensitive(cases.get(turn.conn, case_id))
    rows = [
        {
            "case_id": case_id,
            "history_id": history_id,
            "person_id": turn.me.id,
            "channel": item.get("channel") or turn.incoming.channel,
            "bot": item.get("bot") or turn.incoming.bot,
            "ref": item["ref"],
            "kind": item["kind"],
            "name": discreet.kept(item.get("name") or None, sensitive=sensitive),
            "mime": (item.get("mime") or "")[:100] or None,
            "size": item.get("size") or None,
            "state": "wanted",
            "next_at": turn.now,
            "shown": True,
        }
        for item in attachments
    ]
    files.add(turn.conn, rows)
    turn.letters = turn.letters or bool(rows)


def overdue(case: Any, now: datetime) -> bool:
    """Past its time and still not answered."""
    return case.due_at is not None and case.state in status.OPEN and case.due_at < now
