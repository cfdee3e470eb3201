"""Expressions: which keys they read, and what they make of hostile values."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.pages.expression import MARKS, Overgrown, keys_of, parsed, value_at


@pytest.mark.parametrize(
    ("expression", "keys"),
    [
        ("a", {"a"}),
        ("a.b[0].c", {"a"}),
        ("@.a", {"a"}),
        ("a || b", {"a", "b"}),
        ("a[?b==`1`].c | [0]", {"a"}),
        ("join(' ', [a, b.c])", {"a", "b"}),
        ("{x: a, y: b} | x", {"a", "b"}),
        ("map(&x, a)", {"a"}),
        ("sort_by(a, &b)[-1].c", {"a"}),
        ('"created-at"', {"created-at"}),
        ("`1`", set()),
        ("@", None),
        ("*.a", None),
        ("values(@)", None),
    ],
)
def test_what_an_expression_reads_is_known(expression: str, keys: set[str] | None) -> None:
    """So that every key of an item is used, ignored by name, or raises a signal."""
    assert keys_of(expression) == keys


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
)


_EXPRESSIONS = """a.b a[].b *.a a[?b>`1`] length(a) join(',',a) to_number(a) ceil(to_number(a)) sort_by(a,&b) avg(a)
max_by(a,&b) merge(a,b) a[::2] contains(a,b) keys(@) map(&b,a)"""


@settings(deadline=None)
@given(_VALUES, st.sampled_from(_EXPRESSIONS.split()))
def test_no_value_fails(value: Any, expression: str) -> None:
    """A value of a type that an expression is not made for is nothing, and ends no page."""
    value_at(value, expression)


def test_deep_values_fail_nothing() -> None:
    """Nesting beyond the stack is nothing, too."""
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert value_at(deep, "to_string(a)") is None
    with pytest.raises(ValueError, match="nested"):
        parsed("[" * (MARKS - 1))


def test_a_text_of_too_many_values_is_not_parsed() -> None:
    """Brackets and commas are counted before anything is built of them."""
    with pytest.raises(Overgrown):
        parsed("[" + "0," * MARKS + "0]")
