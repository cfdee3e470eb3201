"""Township files: mistakes are named with file, line and remedy before a post is lost over them."""

import re
from pathlib import Path

import pytest

from deploy.settings.judged import kinds, topics
from deploy.settings.townships import read, read_all
from streams.errors import Misconfigured

GOOD = """\
code: "330206104"
name: 柳溪镇
offices:
  - {id: build, name: 村镇建设办}
  - {id: watch, name: 监察办}
supervision: watch
duty: 值班室
routes:
  - {office: build, topics: [城乡建设]}
  - office: build
"""


def written(folder: Path, text: str, name: str = "liuxi.yaml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def refused(folder: Path, text: str) -> str:
    with pytest.raises(Misconfigured) as error:
        read(written(folder, text))
    return str(error.value)


def test_a_township_is_read(tmp_path: Path) -> None:
    """Nine digits become twelve; the rest is as the file says."""
    township = read(written(tmp_path, GOOD))
    assert (township.code, township.name, township.routes[1].office) == ("330206104000", "柳溪镇", "build")


def test_an_unknown_key_deep_inside_is_refused(tmp_path: Path) -> None:
    """Also within lists: file, line, path and a guess."""
    said = refused(tmp_path, GOOD.replace("topics:", "topic:"))
    assert "liuxi.yaml:9: routes[0].topic: unknown key; did you mean `topics`?" in said


def test_a_number_where_a_code_belongs(tmp_path: Path) -> None:
    """YAML takes an unquoted code for a number: the message shows it in quotes."""
    said = refused(tmp_path, GOOD.replace('"330206104"', "330206104"))
    assert "liuxi.yaml:1: code" in said
    assert 'write it in quotes: code: "330206104"' in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("supervision: watch", "supervision: nobody", "liuxi.yaml:6: supervision: there is no office nobody"),
        ("  - office: build", "  - office: gone", "liuxi.yaml:10: routes[1].office: there is no office gone"),
        ("  - office: build", "  - {office: build, kinds: [fire]}", "the last route must have an office"),
        ("id: watch", "id: build", "two offices have the id build"),
        ("name: 柳溪镇\n", "", "name"),
    ],
)
def test_what_would_leave_a_matter_without_an_office(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Every route leads to an office, every matter to a route."""
    assert said in refused(tmp_path, GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "topics: [城乡建设]",
            "topics: [城乡建设, 城乡建没]",
            r"liuxi\.yaml:9: routes\[0\]\.topics\[1\].*城乡建没.*城乡建设",
        ),
        ("topics: [城乡建设]", "kinds: [火宅]", r"liuxi\.yaml:9: routes\[0\]\.kinds\[0\].*火宅.*火灾.*隐患"),
    ],
)
def test_a_route_for_what_no_post_is_judged_to_be(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A mistyped topic or kind would match nothing, silently; it is refused with the known ones."""
    assert re.search(said, refused(tmp_path, GOOD.replace(old, new)))


def test_every_topic_and_kind_of_the_judgement_can_be_routed(tmp_path: Path) -> None:
    """What the topic model and the rule files know is accepted, and danger that has hurt nobody, too."""
    known = f"topics: [{', '.join(topics())}], kinds: [{', '.join(kinds())}]"
    assert read(written(tmp_path, GOOD.replace("topics: [城乡建设]", known))).routes[0].kinds == kinds()
    assert (len(topics()), {"火灾", "食品安全事故", "隐患"} - {*kinds()}) == (7, set())


def test_two_files_of_one_township_are_refused(tmp_path: Path) -> None:
    """Nine and twelve digits are the same township."""
    written(tmp_path, GOOD)
    written(tmp_path, GOOD.replace('"330206104"', '"330206104000"'), "other.yaml")
    with pytest.raises(Misconfigured, match=r"other\.yaml.*330206104000.*liuxi\.yaml"):
        read_all(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A deployment without townships would dead-letter everything; better to say so first."""
    with pytest.raises(Misconfigured, match="no township file"):
        read_all(tmp_path)
