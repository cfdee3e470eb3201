"""Source files are held against the deployment that they are for."""

from pathlib import Path

import pytest

from deploy.settings.sources import named, read_all
from streams.errors import Misconfigured

GOOD = """\
kind: feed
url: https://news.example.cn/feed.xml
township: "330206104"
"""
TOWNSHIPS = {"330206104000"}


def written(folder: Path, text: str, name: str = "news.yaml") -> None:
    (folder / name).write_text(text, "utf-8")


def test_sources_are_read_by_name(tmp_path: Path) -> None:
    """A source is named as its file."""
    written(tmp_path, GOOD)
    assert list(read_all(tmp_path, TOWNSHIPS)) == ["news"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("330206104", "110101001"), r"news\.yaml:3: township: 110101001000 is no township"),
        (GOOD + "colour: red\n", r"news\.yaml.*colour"),
        (GOOD + "kind: feed\n", r"news\.yaml:4: kind is given twice"),
        (GOOD.replace("https://", "ftp://"), r"news\.yaml.*web address"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    """File and line of what cannot work."""
    written(tmp_path, text)
    with pytest.raises(Misconfigured, match=said):
        read_all(tmp_path, TOWNSHIPS)


def test_a_file_of_another_encoding_says_what_to_do(tmp_path: Path) -> None:
    """Editors on Windows save GBK."""
    (tmp_path / "news.yaml").write_bytes((GOOD + "licence: 柳汀镇政府许可\n").encode("gbk"))
    with pytest.raises(Misconfigured, match=r"news\.yaml: is not in UTF-8: save it as UTF-8"):
        read_all(tmp_path, TOWNSHIPS)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    """The name is part of each post's id: two sources under one would overwrite one another."""
    written(tmp_path, GOOD)
    written(tmp_path, GOOD + "name: news\n", "other.yaml")
    with pytest.raises(Misconfigured, match="another source named news"):
        read_all(tmp_path, TOWNSHIPS)


def test_a_bad_file_keeps_nobody_from_another(tmp_path: Path) -> None:
    """Who looks at one source by its file's name is not stopped by another's mistake."""
    written(tmp_path, GOOD)
    written(tmp_path, "kind: blog\n", "bad.yaml")
    source = named(tmp_path, "news", TOWNSHIPS)
    assert source is not None
    assert source.name == "news"


def test_a_source_may_have_another_name_than_its_file(tmp_path: Path) -> None:
    """Then all files are read."""
    written(tmp_path, GOOD + "name: other\n")
    source = named(tmp_path, "other", TOWNSHIPS)
    assert source is not None
    assert source.name == "other"
    assert named(tmp_path, "nobody", TOWNSHIPS) is None
