"""People, their roles and days as choices of a conversation: who hands over, which role, to whom, from when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from handlers import facts, rights
from handlers.form import Choice, Text
from handlers.interview import Draft
from handlers.people import normal_phone
from handlers.registry import Person, Registry, Role
from handlers.turn import Turn
from handlers.vietnamese import fold
from handlers.words import LANGUAGES, N_, words_for

NEAR = 24  # people offered unasked; everybody else is found by name
MOST = 60  # namesakes
AHEAD = 120  # days
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_SAYS = (("hôm nay", "today"), ("mai", "ngày mai", "tomorrow"))


def title(registry: Registry, role: Role, lang: str) -> str:
    """A role in a few words: "Trưởng xóm, Xóm Đồng Mây", "Công chức đơn vị xử lý, Phòng Kinh tế"."""
    name = facts.roles()[role.code].name(lang).partition(" (")[0]
    unit = registry.units[role.unit_id]
    word = unit.name.partition(" ")[0].lower()
    if lang == "vi" and fold(word) in ("xom", "ban"):
        name = name.replace("thôn", word, 1)
    department = registry.departments.get(role.department_id or -1)
    return f"{name}, {department.name if department else unit.name}"


def own_roles(registry: Registry, person_id: int, day: date) -> list[Role]:
    """What a person is by themselves, today or from a later day on; not what they hold for somebody on leave."""
    return [
        role
        for role in registry.roles
        if role.person_id == person_id and (role.valid_to is None or role.valid_to >= day)
    ]


def runs(turn: Turn) -> set[int]:
    """The units whose people the speaker looks after as an administrator; empty for everybody else."""
    return _below(turn.registry, rights.offices(turn.registry, turn.me.id, "people", turn.day))


def may_act_for(turn: Turn, person_id: int) -> bool:
    """For oneself, or as the administrator of a unit in which the person has a role."""
    units = runs(turn) if person_id != turn.me.id else set()
    return person_id == turn.me.id or any(
        role.unit_id in units for role in own_roles(turn.registry, person_id, turn.day)
    )


def _below(registry: Registry, unit_ids: Iterable[int]) -> set[int]:
    """Units and everything in them."""
    found, fresh = set[int](), set(unit_ids)
    while fresh:
        found |= fresh
        fresh = {unit.id for above in fresh for unit in registry.children.get(above, ())} - found
    return found


def whose(turn: Turn, draft: Draft) -> tuple[Choice, ...]:
    """List `cadres`: oneself; for an administrator whoever they name."""
    units = runs(turn)
    found = [turn.me] if own_roles(turn.registry, turn.me.id, turn.day) else []
    if units:
        about = {
            r.person_id for r in turn.registry.roles if r.unit_id in units and (r.valid_to or turn.day) >= turn.day
        }
        found += islice(_meant(turn, draft, "whose", sorted(about), tails=True), MOST)
    return _choices(turn, draft, found)


def roles(turn: Turn, draft: Draft) -> tuple[Choice, ...]:
    """List `roles`: those of the person the draft is about."""
    found = own_roles(turn.registry, number(draft, "whose"), turn.day)
    return tuple(
        Choice(str(role.id), Text({lang: title(turn.registry, role, lang) for lang in LANGUAGES})) for role in found
    )


def successors(turn: Turn, draft: Draft) -> tuple[Choice, ...]:
    """List `successors`: people of the same department or unit; anybody else of the commune by name."""
    role = next((r for r in turn.registry.roles if r.id == number(draft, "role")), None)
    return _others(turn, draft, "successor", [role] if role is not None else [])


def stand_ins(turn: Turn, draft: Draft) -> tuple[Choice, ...]:
    """List `stand_ins`: whom the workbook names, then colleagues."""
    found = own_roles(turn.registry, number(draft, "whose"), turn.day)
    named = {str(role.substitute_id) for role in found if role.substitute_id is not None}
    choices = _others(turn, draft, "stand_in", found)
    marked = (replace(choice, suggested=choice.name in named) for choice in choices)
    return tuple(sorted(marked, key=lambda choice: not choice.suggested))


def _others(turn: Turn, draft: Draft, question: str, around: list[Role]) -> tuple[Choice, ...]:
    registry, person = turn.registry, number(draft, "whose")
    near: dict[int, None] = {role.substitute_id: None for role in around if role.substitute_id is not None}
    for role in around:
        near |= {r.person_id: None for r in registry.roles if r.on(turn.day) and _near(turn, r, role)}
    communes = [registry.commune_of(role.unit_id) for role in around]
    places = _below(registry, [unit.id for unit in communes if unit is not None])
    if None in communes:  # a role of the province
        places = set(registry.units)
    there = {role.person_id for role in registry.roles if role.unit_id in places}
    somewhere = {role.person_id for role in registry.roles}
    anybody = (key for key in registry.people if key in there or key not in somewhere)
    found = [registry.people[key] for key in list(near)[: NEAR + 1]]
    found += islice(_meant(turn, draft, question, anybody), MOST)
    return _choices(turn, draft, (other for other in found if other.id != person))


def _near(turn: Turn, other: Role, role: Role) -> bool:
    """Of the same department; of the same unit, or of the hamlet it has become part of."""
    if role.department_id is not None:
        return other.department_id == role.department_id
    return other.unit_id in (role.unit_id, turn.registry.heir(role.unit_id, turn.day))


def _meant(turn: Turn, draft: Draft, question: str, ids: Iterable[int], *, tails: bool = False) -> Iterator[Person]:
    """Of these people the present answer, then those named by what is typed now or was typed to narrow the list."""
    typed = [text for text in (draft.narrowed, turn.incoming.text) if text and len(text) <= 80]
    wanted = [(fold(text).split(), normal_phone(text), text.strip().lower()) for text in typed]
    answer = number(draft, question)
    if answer in turn.registry.people:
        yield turn.registry.people[answer]
    for key in ids if wanted else ():
        person = turn.registry.people[key]
        if any(_is(person, *what, tails=tails) for what in wanted):
            yield person


def _is(person: Person, words: list[str], phone: str, code: str, *, tails: bool) -> bool:
    if person.code.lower() == code:
        return True
    if phone and not any(char.isalpha() for char in code):
        return person.phone == phone or (tails and len(phone) >= 3 and person.phone.endswith(phone))
    padded = f" {fold(person.name)}"
    return bool(words) and all(f" {word}" in padded for word in words)


def _choices(turn: Turn, draft: Draft, people: Iterable[Person]) -> tuple[Choice, ...]:
    """Each once. What was typed finds them also where it is a number or a code, which no label shows."""
    also = fold(f"{draft.narrowed} {turn.incoming.text}") if len(turn.incoming.text) <= 80 else ""
    unique = {person.id: person for person in people}
    return tuple(
        Choice(str(person.id), Text({lang: label(turn, person, lang) for lang in LANGUAGES}), _codes(person, also))
        for person in unique.values()
    )


def _codes(person: Person, typed: str) -> str:
    digits = "".join(typed.split())
    tail = digits if digits.isdecimal() and len(digits) >= 3 and person.phone.endswith(digits) else ""
    return f"{fold(person.code)} {person.phone} {tail}".strip()


def label(turn: Turn, person: Person, lang: str) -> str:
    """Name and first role; never a telephone number."""
    held = turn.registry.roles_of(person.id, turn.day)
    own = next((role for role in held if role.stands_in_for is None), None)
    return f"{person.name} · {title(turn.registry, own, lang)}" if own is not None else person.name


def days(turn: Turn, _draft: Draft) -> tuple[Choice, ...]:
    """List `days`: today, next Monday, the first of next month, then every day for four months."""
    return _days(turn.day, turn.day)


def last_days(turn: Turn, draft: Draft) -> tuple[Choice, ...]:
    """List `last_days`: from the first day on."""
    first = day_of(draft, "first") or turn.day
    return _days(turn.day, max(first, turn.day))


def _days(today: date, start: date) -> tuple[Choice, ...]:
    monday = today + timedelta(days=7 - today.weekday())
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    if start > today:
        first = [start, start + timedelta(days=max(0, 4 - start.weekday())), start + timedelta(days=6)]
    else:
        first = [today, monday, month]
    order = dict.fromkeys([*first, *(start + timedelta(days=ahead) for ahead in range(AHEAD + 1))])
    return tuple(_day(day, today, {monday: N_("next Monday"), month: N_("first of next month")}) for day in order)


def _day(day: date, today: date, named: dict[date, str]) -> Choice:
    """Its label in both languages, and under other keys what else people type for it ("1/12", "ngày 1 tháng 12")."""
    by = {lang: _day_label(day, today, named, lang) for lang in LANGUAGES}
    d, m, y = day.day, day.month, day.year
    shapes = [f"{d} {m}", f"{d:02} {m:02}", f"{d} {m:02}", f"{d:02} {m}"]
    shapes += [f"{shape} {year}" for shape in shapes for year in (y, y % 100)]
    shapes += [f"ngay {d} thang {m}", f"{d} thang {m}", f"ngay {d} {m}"]
    ahead = (day - today).days
    if ahead < len(_SAYS):
        shapes += _SAYS[ahead]
    elif ahead < 7:
        shapes += [words_for(lang)(WEEKDAYS[day.weekday()]) for lang in LANGUAGES]
    return Choice(day.isoformat(), Text(by | {str(i): shape for i, shape in enumerate(shapes)}))


def _day_label(day: date, today: date, named: dict[date, str], lang: str) -> str:
    _ = words_for(lang)
    ahead = (day - today).days
    usual = [N_("Today"), N_("Tomorrow")]
    name = usual[ahead] if ahead < len(usual) else named.get(day) or WEEKDAYS[day.weekday()]
    words = _(name)
    return f"{words[0].upper()}{words[1:]}, {day:%d/%m/%Y}"


def number(draft: Draft, question: str) -> int:
    """The id a choice stands for; 0 for none."""
    value = str(draft.answers.get(question, ""))
    return int(value) if value.isdecimal() else 0


def day_of(draft: Draft, question: str) -> date | None:
    """The day a choice stands for."""
    value = str(draft.answers.get(question, ""))
    return date.fromisoformat(value) if value else None


def pressed_day(text: str) -> date | None:
    """The day in a button's data, "20261201"."""
    try:
        return date.fromisoformat(text) if len(text) == 8 and text.isdecimal() else None
    except ValueError:
        return None


LISTS: dict[str, Callable[[Turn, Draft], tuple[Choice, ...]]] = {
    "cadres": whose,
    "roles": roles,
    "successors": successors,
    "stand_ins": stand_ins,
    "days": days,
    "last_days": last_days,
}
