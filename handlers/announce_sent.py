"""An announcement on its way: how far it is, and stopping it."""

from __future__ import annotations

from typing import Final

from handlers import letters, menu, rights
from handlers.clock import stamp
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from handlers.words import N_
from storage import announce as store

SENT: Final = N_("Sent")
WAITING: Final = N_("Still waiting")
FAILED: Final = N_("Could not be sent")
STOPPED: Final = N_("Not sent any more")


def units(turn: Turn) -> list[int]:
    """Where the speaker may announce."""
    return rights.offices(turn.registry, turn.me.id, "announce", turn.day)


def buttons(turn: Turn, number: int, *, stoppable: bool) -> list[Button]:
    """What can be done with it now."""
    _ = turn.words
    return [
        Button(_("📨 How far is it?"), f"o:how:{number}"),  # first: where "1" was typed twice it does no harm
        *([Button(_("⏹ Stop sending"), f"o:stop:{number}", style="danger")] if stoppable else []),
        Button(_("Main menu"), "m:menu"),
    ]


def told(turn: Turn, number: int, *, stop: bool) -> Outgoing:
    """How far it is; with `stop` what still waits is not sent."""
    _, row = turn.words, store.get(turn.conn, number)
    if row is None or (row.author_id != turn.me.id and row.unit_id not in units(turn)):
        return menu.show(turn, _("That button belongs to an earlier message and no longer works."))
    stopped = store.stop(turn.conn, number, turn.now) if stop else 0
    states = store.states(turn.conn, number)
    waiting = states.get("waiting", 0) + states.get("claimed", 0) + states.get("sending", 0)
    lines = [f"📣 “{letters.short(row.words, 60)}” · {stamp(row.made_at)}", ""]
    if stop:
        lines.append(
            _.n("⏹ Stopped: one letter is not sent.", "⏹ Stopped: {n} letters are not sent.", stopped)
            if stopped
            else _("⏹ Nothing was waiting any more.")
        )
    counts = (
        (SENT, states.get("sent", 0) + states.get("handed", 0)),
        (WAITING, waiting),
        (FAILED, states.get("failed", 0) + states.get("unknown", 0)),
        (STOPPED, states.get("skipped", 0)),
    )
    lines += [f"{_(label)}: {many}" for label, many in counts if many]
    return turn.say("\n".join(lines), rows(buttons(turn, number, stoppable=waiting > 0 and not stop)), edit=True)
