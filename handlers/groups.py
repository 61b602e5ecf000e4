"""Groups: tied by a one-time code typed there by a rostered official; in an unknown group the bot says nothing."""

from __future__ import annotations

from handlers import access, people
from handlers.messages import Outgoing
from handlers.turn import Turn
from storage import accounts, groups


def changed(turn: Turn) -> list[Outgoing]:
    """Added, removed, moved: remembered, never commented on."""
    incoming = turn.incoming
    if incoming.event == "migrated" and incoming.moved_to:
        groups.moved(turn.conn, incoming.channel, incoming.bot, incoming.chat, incoming.moved_to, turn.now)
    elif incoming.event == "removed":
        groups.gone(turn.conn, incoming.channel, incoming.bot, incoming.chat, turn.now)
    elif incoming.event == "added":
        groups.gone(turn.conn, incoming.channel, incoming.bot, incoming.chat, None)
    return []


def tie(turn: Turn) -> list[Outgoing]:
    """A code was typed in a group. Only a rostered official's counts; anyone else's is met with silence."""
    code = people.normal_code(turn.incoming.text)
    if not code or turn.person is None or not access.is_official(turn.registry, turn.person.id, turn.day):
        return []
    invite = accounts.invite(turn.conn, code, turn.now)
    if invite is None or invite.unit_id is None or not accounts.use_invite(turn.conn, invite.id, turn.now):
        return []
    incoming, _ = turn.incoming, turn.words
    owner = turn.registry.departments.get(invite.department_id or -1)
    name = owner.name if owner else turn.registry.units[invite.unit_id].name
    plan = groups.plan(turn.conn, invite.unit_id, invite.department_id)
    groups.tie(
        turn.conn,
        incoming.channel,
        incoming.bot,
        incoming.chat,
        name=name,
        unit_id=invite.unit_id,
        department_id=invite.department_id,
        mode=invite.mode or "brief",
        tied_by=turn.person.id,
        tied_at=turn.now,
        weekday=plan.weekday if plan is not None else None,
        hour=plan.hour if plan is not None else None,
    )
    return [turn.say(_("This group is now the group of: {name}. I will post here what concerns it.").format(name=name))]
