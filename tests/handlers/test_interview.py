"""The pure interview, as conversations; and whatever comes, nothing is lost and there is an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.compile_form import compile_source, sources
from handlers.form import Choice, Form, Text, load
from handlers.interview import Draft, Env, Step, begin, show, step
from handlers.interview_answers import FILES, GIVEN
from handlers.messages import Address, Attachment, Contact, Incoming, Outgoing
from handlers.words import words_for

TODAY = date(2026, 11, 25)
TO = Address("web", "b", "u")


class Plain:
    """Words as they are written in the program."""

    lang = "en"

    def __call__(self, text: str) -> str:
        return text

    def n(self, one: str, many: str, n: int) -> str:
        return (one if n == 1 else many).format(n=n)


def listed(name: str, label: str, also: str = "", suggested: bool = False) -> Choice:
    return Choice(name, Text({"vi": label, "en": label}), also, suggested)


CATEGORIES = [
    listed("duong", "Đường, cầu", suggested=True),
    listed("dien", "Điện lưới"),
    listed("den", "Điện chiếu sáng"),
    *(listed(f"c{i}", f"Lĩnh vực {i:02}") for i in range(4, 20)),
]
LISTS = {
    "categories": CATEGORIES,
    "hamlets": [listed("1", "Xóm Đồng Tâm", suggested=True), listed("2", "Xóm Đồng Lạc"), listed("3", "Xóm Bậu")],
    "fields": [listed("kinh_te", "Kinh tế"), listed("van_hoa_xa_hoi", "Văn hóa - xã hội")],
    "departments": [listed("7", "Phòng Kinh tế"), listed("8", "Công an xã")],
}


@cache
def form_of(name: str) -> Form:
    return load(compile_source(sources()[name], name))


def environment(**changes: Any) -> Env:
    words: Any = Plain()
    return replace(Env(words, TODAY, lambda name, draft: LISTS[name]), **changes)


class Chat:
    """One person in one interview; keeps what the bot said last."""

    def __init__(self, name: str = "petition", answers: dict[str, Any] | None = None, at: str = "", **env: Any) -> None:
        self.form, self.env = form_of(name), environment(**env)
        self.draft = Draft(12, self.form.hash, dict(answers or {}), at)
        self.count = 0
        self.last: Outgoing | None = None
        self.outcome = ""
        self.heard(begin(self.form, self.draft, self.env, TO))

    def heard(self, step_: Step) -> str:
        self.draft, self.outcome = step_.draft, step_.outcome
        for out in step_.out:
            self.last = out
        return step_.out[-1].text if step_.out else ""

    def send(self, **fields: Any) -> str:
        self.count += 1
        fields = {"message": f"m{self.count}"} | fields
        incoming = Incoming("web", "b", f"k{self.count}", "u", "u", **fields)
        # a draft lives in the database between two updates
        self.draft = Draft.from_json(json.loads(json.dumps(self.draft.to_json())), self.draft.id)
        return self.heard(step(self.form, self.draft, incoming, self.env))

    def say(self, *texts: str) -> str:
        return [self.send(text=text) for text in texts][-1]

    def tap(self, name: str, place: str = "", **fields: Any) -> str:
        return self.send(tap=f"q:12:{place or self.draft.at}:{name}", **fields)

    def photo(self, ref: str = "r1", **fields: Any) -> str:
        return self.send(attachments=(Attachment("photo", ref, f"u{ref}"),), **fields)

    @property
    def labels(self) -> list[str]:
        assert self.last is not None
        return [button.label for row in self.last.buttons for button in row]


FULL = {
    "story": "Đường sụt lún quá",
    "category": "duong",
    "kind": "feedback",
    "hamlet": "1",
    "urgency": "cao",
    "source": "seen",
}


def test_a_petition_from_first_word_to_send():
    chat = Chat()
    assert "Petition · 1/10" in chat.last.text
    assert "Petition · 2/10" in chat.say("Đường xóm sụt lún quá")
    assert chat.tap("duong").startswith("✔ Category: Đường, cầu\n")
    assert chat.last.edit == "m2"
    assert chat.last.query == ""
    chat.say("hai", "xom bau", "cách trường 200 mét", "hôm qua", "khoảng 38 hộ", "4", "3")
    assert chat.draft.at == "photos"
    assert "1 file" in chat.photo("r1")
    assert "2 files" in chat.photo("r2")
    review = chat.tap("~done")
    assert "5. Place: cách trường 200 mét" in review
    assert "6. Since: 24/11/2026" in review
    assert "7. Households: 38 households" in review
    chat.say("gửi")
    assert chat.outcome == "sent"
    assert chat.draft.answers == {
        "story": "Đường xóm sụt lún quá",
        "category": "duong",
        "kind": "proposal",
        "hamlet": "3",
        "place": {"words": "cách trường 200 mét"},
        "since": "2026-11-24",
        "households": 38,
        "urgency": "thap",
        "source": "seen",
    }
    assert [file["ref"] for file in chat.draft.files] == ["r1", "r2"]


def test_a_practice_understands_amounts():
    chat = Chat("practice")
    chat.say(
        "Hiến đất làm đường", "kinh te", "1", "Chi bộ họp bàn với dân ba lần", "tháng 10", "38 hộ", "12tr4", "2.450 m2"
    )
    assert (chat.draft.answers["money"], chat.draft.answers["land"]) == (12_400_000, 2450)
    chat.say("Đường rộng 5 mét", "bỏ qua")
    assert "Money given: 12,400,000 dong" in chat.last.text
    assert "Land given: 2,450 m²" in chat.last.text


def test_a_question_only_asked_when_it_matters():
    chat = Chat(answers=FULL, at="source")
    assert "9/11" in show(chat.form, replace(chat.draft, answers=FULL | {"source": "citizen"}), chat.env, TO).text
    chat.tap("citizen")
    assert chat.draft.at == "contact"
    chat.say("bà Hoa 0912 000 000", "quay lai", "quay lai", "toi tu minh thay")
    assert chat.draft.at == "photos"
    assert chat.draft.answers["contact"] == "bà Hoa 0912 000 000"
    chat.say("bo qua", "gui")
    assert chat.outcome == "sent"
    assert "contact" not in chat.draft.answers, "dropped when it is sent, not before"


@pytest.mark.parametrize(
    ("at", "typed", "why"),
    [
        ("story", "hỏng", "tell a little more"),
        ("households", "nhiều lắm", "one whole number"),
        ("households", "60.000", "From 0 to 50,000"),
        ("since", "lâu rồi", "The day is not clear"),
        ("since", "1/12/2026", "has not come yet"),
        ("category", "xyz", "not one of the choices"),
        ("category", "99", "not one of the choices"),
        ("photos", "ảnh đây", "a button"),
        ("story", "a" * 4001, "to 4000 characters"),
        ("story", "\u200b \n\u202e", "nothing to read"),
        ("story", "", "nothing to read"),
    ],
)
def test_a_wrong_answer_is_told_why_and_asked_again(at: str, typed: str, why: str):
    chat = Chat(answers=FULL, at=at)
    assert why in chat.say(typed)
    assert chat.draft.at == at
    assert chat.draft.answers == FULL
    assert chat.form.by_name[at].label.in_("en") in chat.last.text


def test_what_is_needed_cannot_be_skipped():
    chat = Chat(answers={"story": "Đường xóm sụt"}, at="category")
    assert "needs an answer" in chat.say("bỏ qua")
    assert chat.draft.at == "category"


def test_other_messages_get_one_hint():
    assert "cannot read this kind" in Chat().send(unsupported=True)


def test_long_lists_are_paged_and_numbers_count_what_is_seen():
    chat = Chat(answers={"story": "Đường xóm sụt"}, at="category")
    assert chat.labels[:2] == ["👉 Đường, cầu", "Điện lưới"]
    assert len(chat.labels) == 8 + 3
    chat.say("xem them")
    assert "Previous" in chat.labels
    chat.tap("~more")
    assert "More" not in chat.labels
    chat.say("2")
    assert chat.draft.answers["category"] == CATEGORIES[17].name


def test_words_several_choices_share_narrow_the_list():
    chat = Chat(answers={"story": "Đường xóm sụt"}, at="category")
    assert "Several choices fit “dien”" in chat.say("dien")
    assert chat.labels[:3] == ["Điện lưới", "Điện chiếu sáng", "Show all"]
    chat.tap("~all")
    assert len(chat.labels) == 8 + 3
    chat.say("dien", "2")
    assert chat.draft.answers["category"] == "den"


def test_back_keeps_the_answer_and_keep_goes_on():
    chat = Chat()
    chat.say("Đường xóm sụt lún quá", "duong", "quay lại")
    assert "Now: Đường, cầu" in chat.last.text
    assert "✔ Đường, cầu" in chat.labels
    chat.tap("~keep")
    assert (chat.draft.at, chat.draft.answers["category"]) == ("kind", "duong")
    chat.say("quay lai", "quay lai")
    assert "first question" in chat.say("quay lai")
    assert chat.draft.answers == {"story": "Đường xóm sụt lún quá", "category": "duong"}


def test_skipping_an_answered_question_keeps_and_erasing_erases():
    chat = Chat(answers=FULL | {"households": 38}, at="households")
    chat.say("bo qua")
    assert (chat.draft.at, chat.draft.answers["households"]) == ("urgency", 38)
    chat.say("quay lai")
    chat.tap("~clear")
    assert "households" not in chat.draft.answers
    assert chat.draft.at == "households"


@pytest.mark.parametrize(
    ("answer", "outcome", "at"),
    [
        ("viet tiep", "", "kind"),
        ("1", "", "kind"),
        ("giữ nháp", "left", "kind"),
        ("hai", "left", "kind"),
        ("bỏ hẳn", "dropped", "~cancel"),
    ],
)
def test_stopping_asks_what_to_do_with_the_draft(answer: str, outcome: str, at: str):
    chat = Chat(answers={"story": "Đường xóm sụt", "category": "duong"}, at="kind")
    assert "stop here" in chat.say("hủy")
    assert "one of the three" in chat.say("gì cơ")
    chat.say(answer)
    assert (chat.outcome, chat.draft.at) == (outcome, at)
    assert chat.draft.answers["story"] == "Đường xóm sụt"


def test_stopping_with_nothing_written_asks_nothing():
    chat = Chat()
    chat.tap("~cancel")
    assert chat.outcome == "dropped"


def test_any_answer_can_be_changed_on_the_review():
    chat = Chat(answers=FULL, at="~review")
    assert "2. Category: Đường, cầu" in chat.say("xem nào")
    chat.tap("~edit")
    chat.tap("category")
    chat.say("dien luoi")
    assert chat.draft.at == "~review"
    chat.say("1", "Cột điện nghiêng sát nhà dân")
    assert chat.draft.at == "~review"
    chat.say("sửa nguồn tin", "quay lai")
    assert chat.draft.at == "~review"
    assert chat.draft.answers == FULL | {"category": "dien", "story": "Cột điện nghiêng sát nhà dân"}


def test_what_is_missing_or_gone_from_its_list_is_asked_before_sending():
    chat = Chat(answers=FULL | {"category": "no_more"}, at="~review")
    del chat.draft.answers["hamlet"]
    assert "list has changed" in chat.tap("~send")
    chat.say("duong")
    assert chat.draft.at == "hamlet", "a needed answer is asked before the review comes back"
    chat.say("1")
    assert chat.draft.at == "~review"
    chat.tap("~send")
    assert chat.outcome == "sent"


def test_stale_foreign_and_forged_buttons_change_nothing():
    chat = Chat(answers={"story": "Đường xóm sụt", "category": "duong"}, at="kind")
    before = chat.draft.to_json()
    assert "earlier question" in chat.tap("dien", place="category")
    assert chat.last.edit == ""
    assert "another report" in chat.send(tap="q:99:kind:feedback")
    assert "no longer there" in chat.tap("nonsense")
    assert "no longer there" in chat.tap("~send")
    assert "no longer there" in chat.tap("~clear")
    for forged in ("q", "q:", "q:12", "q:12:kind", "q:12:kind:", "q:12:~end:x", "q:12:zzz:~done", "x" * 64):
        assert "Petition · 3/10" in chat.send(tap=forged)
    assert chat.draft.to_json() | {"pressed": ""} == before | {"pressed": ""}


def test_pressing_twice_on_a_slow_network_says_nothing_new():
    chat = Chat(answers={"story": "Đường xóm sụt"}, at="category")
    chat.tap("duong", message="card", query="q1")
    text = chat.tap("duong", place="category", message="card", query="q2")
    assert text.startswith("Petition · 3/10")
    assert (chat.last.edit, chat.last.query) == ("card", "q2")


def test_a_typed_number_the_program_turned_into_a_tap_edits_no_message_of_the_person():
    chat = Chat(answers={"story": "Đường xóm sụt"}, at="category")
    chat.tap("duong", text="1")
    assert (chat.draft.answers["category"], chat.last.edit) == ("duong", "")


def test_day_buttons():
    chat = Chat(answers=FULL, at="since")
    assert chat.labels[:3] == ["Today", "Yesterday", "A week ago"]
    chat.tap("d7")
    assert chat.draft.answers["since"] == "2026-11-18"
    chat.say("quay lai", "2")
    assert chat.draft.answers["since"] == "2026-11-24"


def test_a_suggested_choice_is_marked():
    chat = Chat(answers=FULL, at="source", defaults=lambda name, draft: "meeting" if name == "source" else "")
    del chat.draft.answers["source"]
    chat.say("?")
    assert "👉 Raised at a meeting" in chat.labels


def test_an_album_is_answered_once_and_kept_whole():
    chat = Chat(answers=FULL, at="photos")
    assert "Received" in chat.photo("r1", album="a")
    for ref in ("r2", "r3", "r3"):
        assert chat.photo(ref, album="a") == ""
    assert "Received" in chat.photo("r4", album="b", text="nhìn từ trên xuống")
    assert [file["ref"] for file in chat.draft.files] == ["r1", "r2", "r3", "r4"]
    assert chat.draft.files[3]["caption"] == "nhìn từ trên xuống"
    chat.tap("~clear")
    assert chat.draft.files == []
    assert chat.draft.at == "photos"


def test_an_album_whose_caption_answered_goes_on_arriving():
    chat = Chat()
    assert "2/10" in chat.photo("r1", album="a", text="Đường xóm sụt lún quá")
    assert chat.photo("r2", album="a") == ""
    assert chat.draft.answers == {"story": "Đường xóm sụt lún quá"}
    assert len(chat.draft.files) == 2


@pytest.mark.parametrize("kind", ["photo", "voice", "video", "audio", "document"])
def test_a_file_at_another_question_is_kept_and_a_line_asked_for(kind: Any):
    chat = Chat()
    assert "I keep this" in chat.send(attachments=(Attachment(kind, "r", "u", "a.pdf", "x/y", 5),))
    assert "type one line" in chat.last.text
    assert chat.draft.at == "story"
    file = chat.draft.files[0]
    assert (file["question"], file["kind"], file["name"], file["mime"], file["size"]) == (
        "story",
        kind,
        "a.pdf",
        "x/y",
        5,
    )
    assert (file["message"], file["channel"], file["bot"]) == ("m1", "web", "b")


def test_a_file_at_the_review_is_added():
    chat = Chat(answers=FULL, at="~review")
    assert "10. Photos: 1 file" in chat.photo()


def test_files_have_a_limit():
    chat = Chat(answers=FULL, at="photos")
    for i in range(FILES):
        chat.photo(f"r{i}")
    assert f"{FILES} files" in chat.photo("more")
    assert len(chat.draft.files) == FILES


def test_no_photos_is_an_answer():
    chat = Chat(answers=FULL, at="photos")
    chat.say("không có")
    assert chat.draft.at == "~review"
    chat = Chat(answers=FULL, at="photos")
    chat.say("xong")
    assert chat.draft.at == "~review"


def test_a_pin_answers_its_question_from_anywhere():
    chat = Chat(answers=FULL, at="place")
    assert chat.last.ask == "location"
    chat.send(location=(21.5, 105.8))
    assert (chat.draft.at, chat.draft.answers["place"]) == ("since", {"lat": 21.5, "lon": 105.8})
    chat = Chat()
    assert "✔ Place: 📍" in chat.send(location=(21.5, 105.8))
    assert chat.draft.at == "story"
    chat = Chat(answers=FULL | {"place": {"words": "gần trường"}}, at="since")
    chat.send(location=(21.5, 105.8))
    assert chat.draft.answers["place"] == {"words": "gần trường", "lat": 21.5, "lon": 105.8}
    assert "does not ask for a location" in Chat("practice").send(location=(1.0, 2.0))


def test_a_shared_phone_is_an_answer_of_words():
    chat = Chat(answers=FULL | {"source": "citizen"}, at="contact")
    chat.send(contact=Contact("0912000000", own=False))
    assert chat.draft.answers["contact"] == "0912000000"


def test_an_edited_message_changes_the_answer_it_gave():
    chat = Chat()
    chat.say("Đường xóm sụt lún quá", "dien luoi")
    assert "Changed." in chat.send(text="Cầu xóm Bậu sụt lún", message="m1", edited=True)
    chat.send(text="đường cầu", message="m2", edited=True)
    assert chat.draft.answers == {"story": "Cầu xóm Bậu sụt lún", "category": "duong"}
    assert chat.draft.at == "kind"
    assert "tell a little more" in chat.send(text="Cầu", message="m1", edited=True)
    assert "not one of the choices" in chat.send(text="xyz", message="m2", edited=True)
    assert "no answer here" in chat.send(text="gì đó khác", message="other", edited=True)
    assert "4000 characters" in chat.send(text="a" * 5000, message="m1", edited=True)
    assert chat.draft.answers == {"story": "Cầu xóm Bậu sụt lún", "category": "duong"}


def test_only_so_many_messages_are_remembered():
    chat = Chat(answers=FULL, at="households")
    for _ in range(GIVEN + 5):
        chat.say("38", "quay lai")
    assert len(chat.draft.given) == GIVEN


@pytest.mark.parametrize(
    "text", ["{", "{}", "{answer}", "%s", "<b>Đường</b> *hỏng* _nặng_ [x](y)", "Đường\r\nhỏng nặng lắm"]
)
def test_marks_of_other_languages_are_only_words(text: str):
    chat = Chat()
    long = f"Đường hỏng {text}"
    chat.say(long, "{words}", "quay lai")
    assert chat.draft.answers["story"] == long.replace("\r\n", "\n")


def test_short_forms_end_without_review():
    chat = Chat("answer", about="KN-0012")
    assert chat.last.text.startswith("Answer KN-0012 · 1/2")
    chat.say("Đã đổ đá, xe qua lại được")
    chat.tap("~skip")
    assert (chat.outcome, chat.draft.answers) == ("sent", {"words": "Đã đổ đá, xe qua lại được"})
    chat = Chat("ask")
    chat.say("Chỗ sụt dài bao nhiêu mét?")
    assert chat.outcome == "sent"
    chat = Chat("refuse")
    chat.say("khác", "thuoc co quan khac", "bo qua")
    assert (chat.outcome, chat.draft.answers) == ("sent", {"reason": "other_office"})
    chat = Chat("forward")
    chat.say("kinh te", "Nhờ phòng xem giúp")
    assert (chat.outcome, chat.draft.answers) == ("sent", {"department": "7", "words": "Nhờ phòng xem giúp"})


MULTI = {
    "name": "multi",
    "version": "1",
    "title": {"vi": "Thử", "en": "Trial"},
    "review": False,
    "questions": [
        {
            "name": "what", "type": "select_multiple", "label": {"en": "What?"}, "short": {"en": "What"}, "hint": {},
            "required": True, "relevant": None, "constraint": None, "message": {}, "default": "", "appearance": "",
            "unit": "", "list": "", "choices": [{"name": n, "label": {"en": n.upper()}} for n in ("aa", "bb", "cc")],
        }
    ],
}  # fmt: skip


def test_several_choices_are_ticked_until_done(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(globals(), "form_of", lambda name: load(MULTI))
    chat = Chat("multi")
    assert "needs an answer" in chat.tap("~done")
    chat.tap("bb")
    chat.tap("aa")
    assert chat.labels[:3] == ["✔ AA", "✔ BB", "CC"]
    chat.tap("bb")
    assert chat.draft.answers == {"what": "aa"}
    chat.say("xong")
    assert chat.outcome == "sent"
    chat = Chat("multi")
    assert "with commas" in chat.say("zz")
    chat.say("1, 3")
    assert (chat.outcome, chat.draft.answers) == ("sent", {"what": "aa cc"})


def test_a_draft_of_an_older_program_is_read():
    draft = Draft.from_json({"form_hash": "h", "answers": {"story": "x"}, "at": "gone", "unknown": 1}, 5)
    out = show(form_of("petition"), draft, environment(), TO)
    assert "2/10" in out.text
    assert draft.at == "category"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("answers", "at"),
    [
        ({}, "story"),
        ({"story": "Đường xóm sụt"}, "category"),
        (FULL, "category"),
        (FULL, "place"),
        (FULL | {"households": 5}, "households"),
        (FULL, "photos"),
        (FULL, "~review"),
        (FULL, "~edit"),
        (FULL, "~cancel"),
    ],
)
def test_a_buttons_words_do_what_it_does(lang: str, answers: dict[str, Any], at: str):
    chat = Chat(answers=answers, at=at, words=words_for(lang))
    chat.draft.was = "kind"
    chat.last = show(chat.form, chat.draft, chat.env, TO)
    for button in [button for row in chat.last.buttons for button in row if button.control or at == "~cancel"]:
        ends = []
        for fields in ({"text": button.label}, {"text": button.label.lower()}, {"tap": button.data}):
            other = Chat(answers=answers, at=at, words=words_for(lang))
            other.draft.was = "kind"
            other.send(**fields)
            ends.append((other.outcome, other.draft.at, other.draft.page, other.draft.answers, other.last.text))
        assert ends[0] == ends[1] == ends[2], button.label


SAID = st.sampled_from(
    [
        "Đường xóm sụt lún quá",
        "1",
        "2",
        "hai",
        "9",
        "duong",
        "dien",
        "xom bau",
        "hôm qua",
        "38 hộ",
        "nguoi dan noi voi toi",
        "quay lai",
        "bo qua",
        "huy",
        "xong",
        "gui",
        "sua",
        "viet tiep",
        "giu nguyen",
        "xem them",
        "khong",
        "",
        "{x}",
        "phan anh",
    ]
)
ACT = st.one_of(
    st.tuples(st.just("say"), SAID | st.text(max_size=20)),
    st.tuples(st.just("press"), st.integers(0, 20)),
    st.tuples(st.just("old"), st.integers(0, 200)),
    st.tuples(st.just("photo"), st.sampled_from(["r1", "r2", "r3"])),
    st.tuples(st.just("album"), st.sampled_from(["r4", "r5"])),
    st.tuples(st.just("pin"), st.just("")),
    st.tuples(st.just("edit"), SAID),
    st.tuples(st.just("forged"), st.text(max_size=20)),
)
ERASING = ("~clear",)


@given(st.sampled_from(["petition", "practice", "answer", "refuse"]), st.lists(ACT, max_size=40))
def test_whatever_comes_there_is_an_answer_and_nothing_is_lost(name: str, acts: list[tuple[str, Any]]):
    chat = Chat(name)
    pressed: list[str] = []
    for kind, what in acts:
        assert chat.last is not None
        before, files, asked = dict(chat.draft.answers), len(chat.draft.files), chat.draft.at
        buttons = [button for row in chat.last.buttons for button in row]
        assert buttons, "there is always a way on"
        assert all(len(button.data.encode()) <= 64 and button.label for button in buttons)
        assert len({button.label for button in buttons}) == len(buttons)
        tap, silent = "", False
        if kind == "say":
            text = chat.say(what)
        elif kind == "press":
            tap = buttons[what % len(buttons)].data
            pressed.append(tap)
            text = chat.send(tap=tap, message=f"s{chat.count}")
            assert "no longer there" not in text, "a button that is shown is accepted"
            assert "earlier question" not in text
        elif kind == "old":
            text = chat.send(tap=pressed[what % len(pressed)] if pressed else "q:12:x:y")
        elif kind == "photo":
            text = chat.photo(what)
        elif kind == "album":
            silent = chat.draft.album == "a"
            text = chat.photo(what, album="a")
        elif kind == "pin":
            text = chat.send(location=(21.5, 105.8))
        elif kind == "edit":
            text = chat.send(text=what, message=f"m{max(1, chat.count - 2)}", edited=True)
        else:
            text = chat.send(tap=f"q:12:{what}")
        if chat.outcome:
            return
        assert bool(text) is not silent
        gone = before.keys() - chat.draft.answers.keys()
        erased = (
            (tap or (pressed[-1] if pressed else "")).endswith(ERASING) or what == "khong" or kind in ("old", "forged")
        )
        assert not gone or (erased and gone == {asked}) or fold_is_erase(what), (kind, what, gone)
        changed = {key for key in before if key in chat.draft.answers and chat.draft.answers[key] != before[key]}
        assert changed <= {asked} | ({"place"} if kind == "pin" else set()) | (set(before) if kind == "edit" else set())
        assert len(chat.draft.files) >= files or tap.endswith(ERASING) or kind == "old"


def fold_is_erase(what: Any) -> bool:
    return isinstance(what, str) and what.strip().lower() in {"xoa", "xóa", "erase", "clear"}
