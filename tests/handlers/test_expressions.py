"""Expressions of forms: what they give, what is refused, and that they mean what elementpath means."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import date

import pytest
from elementpath import XPath1Parser, XPathContext
from hypothesis import given
from hypothesis import strategies as st

from handlers.expressions import FUNCTIONS, ExpressionError, build, parse, text_of

TODAY = date(2026, 11, 25)
NAMES = ("kind", "n", "empty")
ANSWERS = {"kind": "a b", "n": 5.0}


def value(text: str, this: str | float = ""):
    return build(parse(text, NAMES))(ANSWERS, this, TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${kind} = 'a b'", True),
        ("${kind} != 'x' and ${n} = 5", True),
        ("${kind} = 'x' or ${n} < 5", False),
        ("selected(${kind}, 'b')", True),
        ("selected(${kind}, 'a b')", False),
        ("count-selected(${kind})", 2.0),
        ("if(${n} > 3, 'many', 'few')", "many"),
        ("coalesce(${empty}, 7)", 7.0),
        ("coalesce(${n}, 7)", 5.0),
        ("regex('0912', '[0-9]{4}')", True),
        ("regex('09123', '[0-9]{4}')", False),
        ("today() - date('2026-11-24')", 1.0),
        ("date('never') = date('never')", False),
        ("int(-2.7)", -2.0),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -2.0),
        ("round(2.346, 2)", 2.35),
        ("string-length('Đường')", 5.0),
        ("contains('Đường, cầu', 'cầu')", True),
        ("starts-with('abc', 'b')", False),
        ("concat('a', 1, true())", "a1true"),
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 2)", "2345"),
        ("normalize-space('  a   b ')", "a b"),
        ("number('x') > 0", False),
        ("string(1.5)", "1.5"),
        ("boolean('')", False),
        ("not(${empty})", True),
        ("floor(1.7) + ceiling(1.2)", 3.0),
        ("2 + 3 * 4 - -1", 15.0),
        ("7 mod 3 + 6 div 4", 2.5),
        ("(1 + 2) * 3", 9.0),
        ("${empty} >= 0", False),
        ("'${kind}'", "${kind}"),
        ("true() = 'anything'", True),
        ("1 div 0", math.inf),
    ],
)
def test_values(text: str, expected: str | float | bool):
    assert value(text) == expected


def test_this_value_is_a_point():
    assert value(". >= 0 and . <= 10", 10.0) is True
    assert value("string-length(.) > 2", "abc") is True
    assert value("string-length() > 2", "ab") is False
    assert value(". <= today()", float(TODAY.toordinal() - date(1970, 1, 1).toordinal() + 1)) is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("${nobody} = 1", "nobody"),
        ("/data/x = 1", "/"),
        ("../x", "not"),
        ("count(//a)", "count"),
        ("position()", "position"),
        ("pulldata('a', 'b')", "pulldata"),
        ("@a", "@"),
        ("text()", "text"),
        ("name", "name"),
        ("1 +", "end"),
        ("selected(1)", "argument"),
        ("if(1, 2)", "argument"),
        ("regex(., '(')", "pattern"),
        ("regex(., ${kind})", "pattern"),
        ("1 < 2 < 3", "'<'"),
        ("'open", "open"),
        ("", ""),
    ],
)
def test_what_is_outside_the_subset_is_refused(text: str, why: str):
    with pytest.raises(ExpressionError, match=r"(?s).*" + why.replace("(", r"\(")):
        parse(text, NAMES)


def test_every_function_can_be_built():
    for name, (low, _) in FUNCTIONS.items():
        arguments = ", ".join(["'1'"] * low)
        assert value(f"{name}({arguments})") is not None


NUMBER = st.integers(-50, 50).map(str) | st.floats(-9, 9).map(lambda x: f"{x:.3f}")
TEXT = st.sampled_from(["''", "'a'", "'12'", "'a b'", "'0'"])
ATOM = NUMBER | TEXT | st.sampled_from(["true()", "false()"])
ARITHMETIC = st.recursive(
    NUMBER, lambda x: st.tuples(x, st.sampled_from(["+", "-", "*"]), x).map(lambda t: f"({' '.join(t)})"), max_leaves=5
)
WHOLE = st.recursive(
    st.tuples(ARITHMETIC, st.sampled_from(["=", "!=", "<", ">=", "<=", ">"]), ARITHMETIC).map(" ".join)
    | st.tuples(TEXT, st.sampled_from(["=", "!="]), TEXT).map(" ".join)
    | st.tuples(TEXT, TEXT).map("contains({0[0]}, {0[1]})".format)
    | TEXT.map("string-length({}) > 1".format)
    | ATOM.map("not({})".format),
    lambda x: (
        st.tuples(x, st.sampled_from(["and", "or"]), x).map(lambda t: f"({' '.join(t)})") | x.map("not({})".format)
    ),
    max_leaves=6,
)


@given(WHOLE)
def test_our_evaluation_agrees_with_elementpath(text: str):
    theirs = XPath1Parser().parse(text).evaluate(XPathContext(item="x"))
    ours = build(parse(text, ()))({}, "", TODAY)
    assert text_of(ours) == str(theirs).lower()


def test_serving_needs_no_elementpath():
    code = "import handlers.interview, sys; assert not {'elementpath', 'pyxform'} & sys.modules.keys()"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
