"""What the README and the pages of docs/ say is so: links, commands, tests, examples, the flow's picture."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from deploy import picture
from deploy.cli.lazy import COMMANDS
from deploy.judging import Judge
from deploy.schema import Alert, schema
from deploy.templates import indices

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
PAGES = (*READMES, *sorted((ROOT / "docs").rglob("*.md")))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\bxiangyin ([a-z]+)\b")
IN_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
NAMED_TEST = re.compile(r"\[test_\w+\.py\]\(([^)]+)\)((?:,? `test_\w+`)+)")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
readmes = pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def part(page: Path, name: str) -> str:
    found = re.search(f"<!-- {name} -->(.*?)<!-- /{name} -->", text(page), re.DOTALL)
    assert found, f"{page.name} has no part {name}"
    return found[1]


def heading_ids(page: Path) -> set[str]:
    """As the usual renderers of Markdown make them."""
    titles = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link names a file that is there, and a heading that is in it."""
    for link in LINK.findall(re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not heading or heading in heading_ids(target), f"{page.name}: {link}"


@pages
def test_every_command_exists(page: Path) -> None:
    """`xiangyin WORD` in code is a command of the program."""
    named = {name for code in IN_CODE.findall(text(page)) for name in COMMAND.findall(code)}
    assert named <= set(COMMANDS), page.name


@pages
def test_every_python_example_is_python(page: Path) -> None:
    """An example that cannot be parsed helps nobody."""
    for code in re.findall(r"```python\n(.*?)```", text(page), re.DOTALL):
        ast.parse(code)


@pages
def test_every_named_test_exists(page: Path) -> None:
    """A promise is linked to a test that is there, by its name."""
    for link, names in NAMED_TEST.findall(text(page)):
        tests = text((page.parent / link).resolve())
        for name in re.findall(r"test_\w+", names):
            assert f"def {name}(" in tests, f"{page.name}: {name} is not in {link}"


@readmes
def test_every_promise_names_its_test(page: Path) -> None:
    """What it never does: each line of the table links a test and names it; both languages promise the same."""
    rows = [row for row in text(page).splitlines() if row.startswith("| ") and "](tests/" in row]
    assert len(rows) >= 10
    assert all(NAMED_TEST.search(row) for row in rows)
    promised = [set(re.findall(r"`(test_\w+)`", text(each))) for each in READMES]
    assert promised[0] == promised[1]


def test_every_rule_names_its_test() -> None:
    """Rules 1 to 11 of the protocol stand in its table in their order, each with a test of its own."""
    rows = re.findall(r"^\| (\d+)(\. .+)$", text(ROOT / "docs" / "protocol.md"), re.MULTILINE)
    assert list(dict.fromkeys(int(number) for number, _ in rows)) == list(range(1, 12))
    assert all(NAMED_TEST.search(row) for _, row in rows)


@readmes
def test_the_alert_shown_is_an_alert(page: Path) -> None:
    """The example has the fields of `xiangyin schema alert`, of their types, all that are required and no other."""
    code = re.search(r"```json\n(.*?)```", part(page, "alert"), re.DOTALL)
    assert code
    shown = msgspec.json.decode(code[1])
    msgspec.json.decode(code[1], type=Alert)
    described = schema("alert")["$defs"]["Alert"]
    assert set(described["required"]) <= set(shown) <= set(described["properties"])


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "cli.md"], ids=lambda page: page.name)
def test_the_indices_shown_are_those_that_are_made(page: Path) -> None:
    """A first deployment shows every index that `indices create` makes, and `check` counts as many."""
    made = sorted(index.name for index in indices("mytown", ["990101101"]))
    assert re.findall(r"^created (mytown-\S+)$", text(page), re.MULTILINE) == made
    assert f"search server, {len(made)} indices" in text(page)


def test_the_judgement_shown_is_the_one_given() -> None:
    """The example of `judge` has the harm and the quotation that are found; scores move with the weights."""
    shown = re.search(r'^{"id":1,"topic".*$', text(ROOT / "docs" / "cli.md"), re.MULTILINE)
    assert shown
    (found,) = next(Judge({}).answers([['{"text":"东埠小学的围墙倒了，砸伤两名学生"}'.encode()]]))
    said, given = msgspec.json.decode(shown[0]), msgspec.json.decode(msgspec.json.encode(found))
    assert list(said) == list(given)
    assert {name: said[name] for name in ("severity", "facts")} == {name: given[name] for name in ("severity", "facts")}


@pytest.mark.parametrize("page", [*READMES, ROOT / "docs" / "architecture.md"], ids=lambda page: page.name)
def test_the_picture_is_what_the_flow_says(page: Path) -> None:
    """Renew it with `python -m deploy.picture README.md README.zh.md docs/architecture.md`."""
    assert picture.picture() in part(page, "flow")
    assert picture.renewed(text(page)) == text(page)


def test_every_step_is_described() -> None:
    """The table of steps has each step of the flow once, with what it takes and gives."""
    described = part(ROOT / "docs" / "architecture.md", "steps")
    assert picture.table() in described
    assert described.count("| [severity]") == 1
    assert "| Facts, RulePack | Severity |" in described


def test_sites_are_only_read() -> None:
    """The crawler sends no request but GET, so nothing can be written, changed or removed on a site."""
    speaking = [file for file in sorted((ROOT / "streams").rglob("*.py")) if re.search(r"\baiohttp\b", text(file))]
    assert set().union(*map(asked_of_sites, speaking)) == {"get"}


def asked_of_sites(file: Path) -> set[str]:
    """Names of the methods that a module calls on an HTTP session."""
    called = [node.func for node in ast.walk(ast.parse(text(file))) if isinstance(node, ast.Call)]
    methods = [call for call in called if isinstance(call, ast.Attribute)]
    return {method.attr for method in methods if "session" in ast.unparse(method.value).lower()}
