"""The workbook's sheets and columns, as data: what writing, reading and checking agree on.

Titles and hints are English msgids; the workbook itself is written in the reader's language, and on reading a heading
counts in either language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from handlers.words import N_

NOTE: Final = "note"  # the first column of every sheet; a row marked there as an example or a hint is not read
CLEAR: Final = "-"  # typed in a cell it empties what was known; an empty cell changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`kind`: text, code, phone, date, number, or the name of a list in `lists.py`; `example` is made up."""

    key: str
    title: str
    hint: str
    kind: str = "text"
    required: bool = False
    width: int = 18
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet."""

    key: str
    title: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """By its key. Raises StopIteration for one that is not there."""
        return next(column for column in self.columns if column.key == key)


_NOTE = Column(
    key=NOTE, title=N_("Note"), hint=N_("Your own notes; not read. A row that says EXAMPLE is skipped."), width=12
)


def _commune(example: str = "Xã Võ Nhai") -> Column:
    return Column(
        key="commune",
        title=N_("Commune, ward"),
        hint=N_("Official name or five-digit code. May stay empty when the workbook is for one commune only."),
        kind="communes",
        width=22,
        example=example,
    )


def _hamlet(*, required: bool = False) -> Column:
    return Column(
        key="hamlet",
        title=N_("Hamlet"),
        hint=N_("Thôn, xóm, bản, tổ dân phố as named on the units' sheet. Empty: the commune itself."),
        width=24,
        required=required,
        example="Xóm Mẫu",
    )


def _department(title: str, hint: str, *, required: bool = False, example: str = "") -> Column:
    return Column(
        key="department", title=title, hint=hint, kind="departments", required=required, width=30, example=example
    )


UNITS: Final = Sheet(
    key="units",
    title=N_("Units"),
    columns=(
        _NOTE,
        _commune(),
        _hamlet(),
        Column(
            key="code",
            title=N_("Unit code"),
            hint=N_("May stay empty: hamlets are numbered by the program."),
            kind="code",
            example="05716-99",
        ),
        Column(key="from", title=N_("Exists from"), hint=N_("Day, such as 01/12/2026."), kind="date"),
        Column(key="to", title=N_("Gone from"), hint=N_("First day on which the unit is no more."), kind="date"),
        Column(
            key="change",
            title=N_("What changed"),
            hint=N_("Renamed, merged into, split from: so that old cases stay readable."),
            kind="changes",
        ),
        Column(
            key="with",
            title=N_("Old name / other hamlet"),
            hint=N_("Renamed: the old name. Merged into: the hamlet that remains. Split from: the old hamlet."),
            width=24,
        ),
        Column(key="day", title=N_("Day of change"), hint=N_("The first day of the new order."), kind="date"),
    ),
)
DEPARTMENTS: Final = Sheet(
    key="departments",
    title=N_("Departments"),
    columns=(
        _NOTE,
        _commune(),
        Column(
            key="code",
            title=N_("Department code"),
            hint=N_("Short code, such as PKT. May stay empty for the usual departments."),
            kind="code",
            example="PKT",
        ),
        Column(
            key="name",
            title=N_("Department name"),
            hint=N_("As on its seal. A commune that lists none gets the usual twelve."),
            kind="department_names",
            width=40,
            example="Phòng Kinh tế",
        ),
    ),
)
PEOPLE: Final = Sheet(
    key="people",
    title=N_("People"),
    columns=(
        _NOTE,
        Column(
            key="code",
            title=N_("Person code"),
            hint=N_("May stay empty; needed only to tell two people of one name apart."),
            kind="code",
            example="vd-01",
        ),
        Column(
            key="name",
            title=N_("Full name"),
            hint=N_("One row per person and role."),
            required=True,
            width=24,
            example="Nông Văn Mẫu",
        ),
        Column(
            key="phone",
            title=N_("Phone"),
            hint=N_("One number, the one used for Zalo or Telegram."),
            kind="phone",
            example="0900000001",
        ),
        Column(
            key="role",
            title=N_("Role"),
            hint=N_("Choose from the list."),
            kind="roles",
            required=True,
            width=30,
            example="Trưởng thôn (xóm, bản)",
        ),
        _commune(),
        _hamlet(),
        _department(
            N_("Department"), N_("For officials: name or code of their department. Hamlet cadres leave it empty.")
        ),
        Column(key="superior", title=N_("Superior"), hint=N_("Name, phone or code of the person above."), width=22),
        Column(
            key="substitute",
            title=N_("Substitute"),
            hint=N_("Who stands in during leave: name, phone or code."),
            width=22,
        ),
        Column(key="from", title=N_("In the role from"), hint=N_("May stay empty."), kind="date"),
        Column(
            key="to",
            title=N_("Off from"),
            hint=N_("First day on which the person no longer has the role. A dash (-) takes it back."),
            kind="date",
        ),
        Column(key="language", title=N_("Language"), hint=N_("Empty: Vietnamese."), kind="languages", width=12),
    ),
)
ROUTING: Final = Sheet(
    key="routing",
    title=N_("Routing"),
    columns=(
        _NOTE,
        Column(
            key="category",
            title=N_("Category"),
            hint=N_("Choose from the list. Categories that are not listed go to their usual department."),
            kind="categories",
            required=True,
            width=40,
            example="Giao thông, cầu đường",
        ),
        _commune(),
        _department(
            N_("Lead department"),
            N_("Who must answer: name or code."),
            required=True,
            example="Phòng Kinh tế",
        ),
        Column(
            key="co",
            title=N_("Co-departments"),
            hint=N_("Who helps; several separated by semicolons."),
            width=30,
        ),
        Column(
            key="province",
            title=N_("Province department"),
            hint=N_("Whom the lead may turn to above the commune."),
            kind="province_departments",
            width=30,
        ),
    ),
)
GROUPS: Final = Sheet(
    key="groups",
    title=N_("Groups"),
    columns=(
        _NOTE,
        Column(
            key="name",
            title=N_("Group name"),
            hint=N_("The chat group's name."),
            required=True,
            width=30,
            example="Nhóm Mẫu",
        ),
        _commune(),
        _department(N_("Department"), N_("A department's own group; empty: the whole commune's.")),
        Column(
            key="mode",
            title=N_("Shows"),
            hint=N_("Brief: code, category, hamlet, deadline. Full: only for a department's own closed group."),
            kind="modes",
            example="Gọn",
        ),
        Column(key="weekday", title=N_("Summary on"), hint=N_("Day of the weekly summary."), kind="weekdays"),
        Column(key="hour", title=N_("Summary hour"), hint=N_("0 to 23."), kind="number"),
    ),
)
CALENDAR: Final = Sheet(
    key="calendar",
    title=N_("Calendar"),
    columns=(
        _NOTE,
        Column(
            key="day",
            title=N_("Day"),
            hint=N_("Only days that differ from the national calendar."),
            kind="date",
            required=True,
            example="02/01/2027",
        ),
        Column(
            key="works",
            title=N_("Works or free"),
            hint=N_("Choose from the list."),
            kind="works",
            required=True,
            example="Làm bù",
        ),
        Column(key="why", title=N_("Why"), hint=N_("For yourself; not read."), width=30),
    ),
)
TEXTS: Final = Sheet(
    key="texts",
    title=N_("Texts"),
    columns=(
        _NOTE,
        _commune(),
        Column(
            key="name",
            title=N_("Which text"),
            hint=N_("Choose from the list."),
            kind="texts",
            required=True,
            width=40,
            example="Điện thoại trực",
        ),
        Column(key="value", title=N_("Its words"), hint=N_("What the program says or uses."), width=60,
               required=True, example="0900 000 000"),
    ),
)  # fmt: skip
GUIDE: Final = N_("Guide")
LISTS: Final = N_("Lists")
SHEETS: Final = (UNITS, DEPARTMENTS, PEOPLE, ROUTING, GROUPS, CALENDAR, TEXTS)
