"""Reports put straight into the database, for transcripts that need more of them than anybody wants to read being written."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from storage import cases, history
from storage.models.cases import case, form
from storage.models.registry import department, person, role, unit
from tests.conversation.world import World


async def put(stage: World, count: int, reporter_code: str, department_code: str) -> None:
    """`count` petitions about a road that a hamlet's cadre sent to a department, due day after day from tomorrow on."""
    await stage.running.db.write(lambda conn: _put(conn, count, reporter_code, department_code, stage.now))


def _put(conn: Connection, count: int, reporter_code: str, department_code: str, now: datetime) -> None:
    who = conn.execute(select(person.c.id).where(person.c.code == reporter_code)).scalar_one()
    hamlet = conn.execute(select(unit).join(role, role.c.unit_id == unit.c.id).where(role.c.person_id == who)).one()
    owner = conn.execute(select(department.c.id).where(department.c.code == department_code)).scalar_one()
    form_hash = conn.execute(select(form.c.hash).where(form.c.name == "petition")).scalars().first()
    before = conn.execute(select(func.coalesce(func.max(case.c.draft_id), 100_000))).scalar_one()
    for number in range(1, count + 1):
        title = f"Đường xóm hỏng đoạn thứ {number}"
        made = cases.make(
            conn,
            subject="petition",
            code=f"KN-{cases.next_number(conn, hamlet.parent_id, 'KN'):04d}",
            unit_id=hamlet.parent_id,
            hamlet_id=hamlet.id,
            department_id=owner,
            reporter_id=who,
            draft_id=before + number,
            form_hash=form_hash,
            category="giao_thong",
            kind="feedback",
            urgency="binh_thuong",
            state="new",
            version=1,
            title=title,
            answers={"story": title},
            folded=f"duong xom hong doan thu {number}",
            made_at=now,
            due_at=now + timedelta(days=number),
        )
        sent = {"from_state": "", "to_state": "new", "department_id": owner, "channel": "web", "action": "send"}
        history.add(conn, case_id=made, at=now, actor_id=who, **sent)
