"""A role passes to another person: what was agreed, the role's rows, and everything unfinished that goes with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, false, insert, or_, select, true, update

from storage.cases import OPEN
from storage.models.cases import case, draft
from storage.models.people import account, group
from storage.models.registry import handover, role
from storage.upsert import new_id

REPORTS = ("petition", "practice")  # forms that become a report
_NEW = insert(handover)


@dataclass(frozen=True, slots=True)
class Passing:
    """What goes with a role. `whole`: the person has no role left, so everything does.

    Otherwise what they reported of `hamlet_id`, what they hold of `department_id` or (as a leader) of all of `unit_id`,
    and the groups they tied of `group_unit_id` and `department_id`. None of a column: nothing for its sake.
    """

    person_id: int
    whole: bool = False
    hamlet_id: int | None = None
    department_id: int | None = None
    unit_id: int | None = None
    group_unit_id: int | None = None

    @property
    def reported(self) -> ColumnElement[bool]:
        """Reports of theirs that go."""
        which = true() if self.whole else _is(case.c.hamlet_id, self.hamlet_id)
        return (case.c.reporter_id == self.person_id) & which

    @property
    def held(self) -> ColumnElement[bool]:
        """Cases they hold that go."""
        some = or_(_is(case.c.department_id, self.department_id), _is(case.c.unit_id, self.unit_id))
        return (case.c.holder_id == self.person_id) & (true() if self.whole else some)

    def takes_report(self, row: Any) -> bool:
        """The same as `reported`, of a case in hand."""
        here = self.hamlet_id is not None and row.hamlet_id == self.hamlet_id
        return bool(row.reporter_id == self.person_id and (self.whole or here))

    def takes_hold(self, row: Any) -> bool:
        """The same as `held`, of a case in hand."""
        ours = self.department_id is not None and row.department_id == self.department_id
        here = self.unit_id is not None and row.unit_id == self.unit_id
        return bool(row.holder_id == self.person_id and (self.whole or ours or here))

    @property
    def tied(self) -> ColumnElement[bool]:
        """Groups they tied that go."""
        theirs = group.c.department_id.is_not_distinct_from(self.department_id)
        some = theirs & _is(group.c.unit_id, self.group_unit_id)
        return (group.c.tied_by == self.person_id) & (true() if self.whole else some)


def _is(column: Any, value: int | None) -> ColumnElement[bool]:
    return false() if value is None else column == value


@dataclass(frozen=True, slots=True)
class Found:
    """What is unfinished: rows."""

    cases: list[Row[Any]]
    drafts: list[Row[Any]]
    groups: list[Row[Any]]

    def counts(self, passing: Passing) -> dict[str, int]:
        """By kind; `asked` are the reports among `reports` in which the reporter was asked back."""
        mine = [row for row in self.cases if passing.takes_report(row)]
        return {
            "reports": len(mine),
            "asked": sum(row.state == "asked" for row in mine),
            "held": sum(map(passing.takes_hold, self.cases)),
            "drafts": len(self.drafts),
            "groups": len(self.groups),
        }


def find(conn: Connection, passing: Passing, *, lock: bool = False) -> Found:
    """Everything unfinished that goes. With `lock` the cases are held until the commit."""
    query = select(case).where(case.c.state.in_(OPEN), or_(passing.reported, passing.held)).order_by(case.c.id)
    cases = list(conn.execute(query.with_for_update() if lock else query).all())
    groups = conn.execute(select(group).where(passing.tied, group.c.gone_at.is_(None)).order_by(group.c.id))
    return Found(cases, _drafts(conn, passing, {row.id for row in cases}), list(groups.all()))


def _drafts(conn: Connection, passing: Passing, case_ids: Collection[int]) -> list[Row[Any]]:
    """Unsent reports, and words about a case that goes. What a draft says is sealed, so it is looked at here."""
    rows = conn.execute(select(draft).where(draft.c.person_id == passing.person_id).order_by(draft.c.id)).all()
    return [row for row in rows if row.case_id in case_ids or (row.form_name in REPORTS and _goes(row, passing))]


def _goes(row: Row[Any], passing: Passing) -> bool:
    answers = (row.body or {}).get("answers") or {}
    if not answers and not (row.body or {}).get("files"):
        return False  # nobody misses it
    here = passing.hamlet_id is not None and answers.get("hamlet") == str(passing.hamlet_id)
    return passing.whole or here


def pass_drafts(conn: Connection, ids: Collection[int], to: int) -> None:
    """They are the successor's; whoever was in the middle of one is so no more."""
    if ids:
        conn.execute(update(account).where(account.c.draft_id.in_(ids)).values(draft_id=None))
        conn.execute(update(draft).where(draft.c.id.in_(ids)).values(person_id=to))


def pass_groups(conn: Connection, ids: Collection[int], to: int) -> None:
    """Whom a group is asked about."""
    if ids:
        conn.execute(update(group).where(group.c.id.in_(ids)).values(tied_by=to))


def end_role(conn: Connection, role_id: int, last: date | None) -> None:
    """Its last day."""
    conn.execute(update(role).where(role.c.id == role_id).values(valid_to=last))


def begin_role(conn: Connection, person_id: int, like: Any, first: date) -> None:
    """The person holds the same role from `first` on; one they hold already goes on, one that had ended begins again.

    `like` has code, unit_id, department_id, superior_id.
    """
    same = (
        role.c.person_id == person_id,
        role.c.code == like.code,
        role.c.unit_id == like.unit_id,
        role.c.department_id.is_not_distinct_from(like.department_id),
    )
    known = conn.execute(select(role).where(*same)).first()
    superior = None if like.superior_id == person_id else like.superior_id
    if known is None:
        row = {"person_id": person_id, "code": like.code, "unit_id": like.unit_id, "department_id": like.department_id}
        conn.execute(insert(role).values(**row, valid_from=first, superior_id=superior))
        return
    held = known.valid_to is None or known.valid_to >= first
    starts = known.valid_from if held and (known.valid_from or first) <= first else first
    conn.execute(update(role).where(role.c.id == known.id).values(valid_from=starts, valid_to=None))


def unbegin_role(conn: Connection, person_id: int, like: Any, first: date, last: date) -> None:
    """What `begin_role` began on `first` does not come: it ends the day before, `last`. One held already stays."""
    conn.execute(
        update(role)
        .where(
            role.c.person_id == person_id,
            role.c.code == like.code,
            role.c.unit_id == like.unit_id,
            role.c.department_id.is_not_distinct_from(like.department_id),
            role.c.valid_from == first,
        )
        .values(valid_to=last)
    )


def role_row(conn: Connection, role_id: int) -> Row[Any] | None:
    """One role, held until the commit: two who hand it over at once do so one after the other."""
    return conn.execute(select(role).where(role.c.id == role_id).with_for_update()).first()


def agree(conn: Connection, **row: Any) -> int:
    """A handover is agreed on (see `storage.models.registry.handover`); returns its id."""
    return new_id(conn, _NEW, {"state": "agreed", **row})


def get(conn: Connection, handover_id: int) -> Row[Any] | None:
    """One handover."""
    return conn.execute(select(handover).where(handover.c.id == handover_id)).first()


def agreed(conn: Connection, role_id: int | None = None) -> list[Row[Any]]:
    """Those that are still to come, of one role or (there are few) of all."""
    query = select(handover).where(handover.c.state == "agreed").order_by(handover.c.first, handover.c.id)
    return list(conn.execute(query if role_id is None else query.where(handover.c.role_id == role_id)).all())


def due(conn: Connection, day: date) -> list[Row[Any]]:
    """Those whose first day has come and that were not carried out."""
    query = select(handover).where(handover.c.state == "agreed", handover.c.first <= day).order_by(handover.c.id)
    return list(conn.execute(query.with_for_update(skip_locked=True)).all())


def passed_on(conn: Connection, role_id: int) -> Row[Any] | None:
    """The latest handover of a role that was not called off."""
    query = select(handover).where(handover.c.role_id == role_id, handover.c.state.in_(("agreed", "done")))
    return conn.execute(query.order_by(handover.c.id.desc()).limit(1)).first()


def goes_to(conn: Connection, handover_id: int, successor_id: int) -> None:
    """Another than was agreed: who was to take over has handed the role on before."""
    conn.execute(update(handover).where(handover.c.id == handover_id).values(successor_id=successor_id))


def settle(conn: Connection, handover_id: int, state: str, now: datetime, counts: Mapping[str, int] | None) -> bool:
    """Done, called off or failed; False when it was settled before."""
    where = (handover.c.id == handover_id, handover.c.state == "agreed")
    values = {"state": state, "done_at": now, "counts": dict(counts) if counts is not None else None}
    return conn.execute(update(handover).where(*where).values(values)).rowcount == 1
