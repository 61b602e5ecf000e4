"""Choosing whom an announcement is for: all that is chosen so far is in the buttons, so any of them works at any time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from handlers import announce_targets as targets
from handlers import talk
from handlers.announce_targets import Target
from handlers.interview_view import CONTROLS
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from storage import announce as store

PAGE: Final = 8
MOST: Final = 200  # ticks that fit into a button


def screen(turn: Turn, unit_id: int) -> Outgoing:
    """For whom? What has nobody in it is not offered."""
    _, registry = turn.words, turn.registry
    unit = registry.units[unit_id]
    everybody = len(count(turn, Target("all", unit_id)))
    communes = unit.kind == "province"
    found = [Button(_("Everybody in {unit} ({n})").format(unit=unit.name, n=everybody), f"o:a:{unit_id}")]
    if 0 < len(targets.parts(registry, unit_id, turn.day)) <= MOST:
        label = _("Some communes and wards") if communes else _("Some hamlets")
        found.append(Button(label, f"o:u:{unit_id}:{_mark(turn, unit_id, 'u')}:0:0"))
    found.append(Button(_("Some roles"), f"o:r:{unit_id}:{_mark(turn, unit_id, 'r')}:0:0"))
    if targets.departments(registry, unit_id, turn.day):
        found.append(Button(_("One department"), f"o:d:{unit_id}:0"))
    groups = len(store.groups_of(turn.conn, targets.within(registry, unit_id)))
    if groups:
        found.append(Button(_("The chat groups ({n})").format(n=groups), f"o:g:{unit_id}"))
    return turn.say(_("📣 For whom is the announcement?"), rows([*found, Button(_("Main menu"), "m:menu")]), edit=True)


def count(turn: Turn, target: Target) -> list[int]:
    """Whom it is for, but for the author."""
    return [person for person in targets.people(turn.registry, target, turn.day) if person != turn.me.id]


def pressed(turn: Turn, what: str, unit_id: int, rest: Sequence[str]) -> Outgoing | Target:
    """One press on the way: the next screen, or whom it is for. What does not fit any more begins anew."""
    if what == "a":
        return Target("all", unit_id)
    if what == "g":
        return Target("groups", unit_id)
    if what == "d":
        return _departments(turn, unit_id, talk.number(rest[:1]))
    if what == "dd":
        known = targets.departments(turn.registry, unit_id, turn.day)
        chosen = talk.number(rest[:1])
        return Target("department", unit_id, (chosen,)) if chosen in known else screen(turn, unit_id)
    if what not in ("u", "r", "ud", "rd") or len(rest) != 3:
        return screen(turn, unit_id)
    kind, keys = what[0], _keys(turn, unit_id, what[0])
    if rest[0] != targets.check(keys):
        return screen(turn, unit_id)  # the list is another one now
    chosen_keys = targets.ticked(keys, targets.unpacked(rest[2]))
    if what in ("ud", "rd") and chosen_keys:
        return Target("units" if kind == "u" else "roles", unit_id, chosen_keys)
    return _ticks(turn, unit_id, kind, keys, talk.number(rest[1:2]), targets.unpacked(rest[2]))


def _keys(turn: Turn, unit_id: int, kind: str) -> list[Any]:
    if kind == "u":
        return [unit.id for unit in targets.parts(turn.registry, unit_id, turn.day)][:MOST]
    return list(targets.codes(turn.registry, unit_id, turn.day))


def _mark(turn: Turn, unit_id: int, kind: str) -> str:
    return targets.check(_keys(turn, unit_id, kind))


def _ticks(turn: Turn, unit_id: int, kind: str, keys: list[Any], page: int, mask: int) -> Outgoing:
    """A page of the list; a press ticks or unticks."""
    _ = turn.words
    front = f"{unit_id}:{targets.check(keys)}"
    page = min(page, (len(keys) - 1) // PAGE) if keys else 0

    def to(new_page: int, new_mask: int, what: str = "") -> str:
        return f"o:{what or kind}:{front}:{new_page}:{targets.packed(new_mask)}"

    found = []
    for place in range(page * PAGE, min(len(keys), (page + 1) * PAGE)):
        name = turn.registry.units[keys[place]].name if kind == "u" else targets.role_name(keys[place], _.lang)
        tick = "✔ " if mask >> place & 1 else ""
        found.append(Button(f"{tick}{name}", to(page, mask ^ 1 << place)))
    if page:
        found.append(Button(_(CONTROLS["~less"]), to(page - 1, mask)))
    if len(keys) > (page + 1) * PAGE:
        found.append(Button(_(CONTROLS["~more"]), to(page + 1, mask)))
    chosen = targets.ticked(keys, mask)
    if chosen:
        target = Target("units" if kind == "u" else "roles", unit_id, chosen)
        people = len(count(turn, target))
        found.append(Button(_("✅ Done ({n} people)").format(n=people), to(page, mask, f"{kind}d"), style="primary"))
    found.append(Button(_("◂ Choose otherwise"), f"o:t:{unit_id}"))
    lead = _("Tick the places, then press “Done”.") if kind == "u" else _("Tick the roles, then press “Done”.")
    if chosen:
        lead += "\n✔ " + targets.label(turn.registry, target, _)
    return turn.say(lead, rows(found), edit=True)


def _departments(turn: Turn, unit_id: int, page: int) -> Outgoing:
    _, known = turn.words, targets.departments(turn.registry, unit_id, turn.day)
    shown = known[page * PAGE : (page + 1) * PAGE]
    found = [Button(turn.registry.departments[key].name, f"o:dd:{unit_id}:{key}") for key in shown]
    if page:
        found.append(Button(_(CONTROLS["~less"]), f"o:d:{unit_id}:{page - 1}"))
    if len(known) > (page + 1) * PAGE:
        found.append(Button(_(CONTROLS["~more"]), f"o:d:{unit_id}:{page + 1}"))
    found.append(Button(_("◂ Choose otherwise"), f"o:t:{unit_id}"))
    return turn.say(_("Which department?"), rows(found), edit=True)
