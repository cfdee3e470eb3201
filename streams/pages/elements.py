"""Find parts of a page by selectors, and say which parts nobody named."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from selectolax.lexbor import LexborNode

from streams.pages.links import absolute
from streams.pages.markup import plain, seen

_COUNT: Final = re.compile(r"\d{1,12}")
_NUMBER: Final = re.compile(r"[-_]?\d{3,}$")


def value(node: LexborNode | None, selector: str | None) -> str:
    """The text of what `selector` finds, or with `selector@name` an attribute; empty when there is none."""
    if node is None or not selector:
        return ""
    path, _, attribute = selector.partition("@")
    found = node.css_first(path) if path else node
    if found is None:
        return ""
    return plain(found.attributes.get(attribute) or "") if attribute else seen(found)


def link(node: LexborNode | None, selector: str | None, base: str) -> str:
    """Where the link that `selector` finds leads; with no selector, the element itself. Empty when it leads nowhere."""
    found = node.css_first(selector) if node is not None and selector else node
    return absolute(base, (found.attributes.get("href") or "") if found is not None else "")


def count(text: str) -> int | None:
    """The first number of a text: 查看: 1,024 is 1024."""
    match = _COUNT.search(text.replace(",", ""))
    return int(match[0]) if match else None


def from_the_last(nodes: Sequence[LexborNode]) -> Iterator[LexborNode]:
    """Each of these elements once, in the reverse of the page's order, and taken out of the page after its turn.

    So one that stands within another, as in a page that forgets to close them, is no part of that other, and reading
    all of them costs no more than reading the page.
    """
    for node in reversed({each.mem_id: each for each in nodes}.values()):  # Of `a, b` what fits both is found twice.
        yield node
        node.decompose()


def outermost(nodes: Sequence[LexborNode]) -> Iterator[LexborNode]:
    """Those of these elements that stand in no other of them, each once."""
    met = set[int]()
    for node in nodes:
        if node.mem_id not in met:
            yield node
            met.update(each.mem_id for each in (node, *node.css("*")))


def leave_out(node: LexborNode, selectors: Iterable[str]) -> None:
    """Take out of an element what these selectors find in it; a blank stays in its place."""
    for selector in selectors:
        for found in list(outermost(node.css(selector))):
            if found.mem_id != node.mem_id:
                found.insert_before(" ")  # What stood around it is no one word.
                found.decompose()


def unused(node: LexborNode, selectors: Iterable[str | None], ignores: Collection[str]) -> Iterator[str]:
    """A signal for every part of an element with words that no selector finds and nobody ignores by name.

    A part is named by its class, id or tag, without the number that makes it this post's: `authorposton` is one name.
    """
    used = {
        found.mem_id
        for selector in selectors
        if selector and (path := selector.partition("@")[0])
        for found in node.css(path)
    }
    ignored, waiting = set(ignores), list(node.iter())
    while waiting:
        here = waiting.pop()
        said = [*(here.attributes.get("class") or "").split(), here.attributes.get("id") or "", here.tag or ""]
        names = [_NUMBER.sub("", name) or name for name in said]
        if here.mem_id in used or not ignored.isdisjoint([*said, *names]) or here.tag in {"script", "style"}:
            continue
        if here.text(deep=False, strip=True):
            yield f"unused:{next(name for name in names if name)}"
        waiting += here.iter()
