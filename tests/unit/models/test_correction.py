"""An officer's correction says what is right, by which role and why, and nothing of the author."""

import json
from pathlib import Path

import pytest

from models.correction import UnreadableCorrection, newest, read

RIGHT = {
    "title": "路灯不亮",
    "body": "小区门口的路灯坏了一个月",
    "field": "topic",
    "old": "交通运输",
    "new": "城乡建设",
    "role": "duty-1",
    "time": "2026-03-01T09:00:00+08:00",
    "reason": "路灯由住建局管",
}


def written(folder: Path, *rows: object) -> Path:
    file = folder / "corrections.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


def changed(**fields: object) -> dict[str, object]:
    return {**RIGHT, **fields}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"title": "", "old": "城乡建设", "new": "一个新题目"},
        {"field": "sentiment", "old": "neutral", "new": "negative"},
        {"field": "emotion", "old": "neutral", "new": "angry"},
        {"field": "grade", "old": "none", "new": "IV"},
        {"field": "deaths", "old": None, "new": 2},
        {"field": "deaths", "old": 2, "new": None},
        {"field": "hazard", "old": False, "new": True},
        {"field": "immediate", "old": True, "new": False},
    ],
)
def test_corrections_are_read(fields: dict[str, object], tmp_path: Path) -> None:
    """Topic, mood, grade, deaths, hazard and danger now can be corrected."""
    (found,) = read(written(tmp_path, changed(**fields))).values()
    assert found.new == changed(**fields)["new"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"author": "p1-0"}, "author"),
        ({"new": "交通运输"}, "nothing was corrected"),
        ({"title": "", "body": " "}, "no text"),
        ({"field": "sentiment", "new": "happy"}, "one of negative, neutral, positive"),
        ({"field": "deaths", "new": True}, "a number or null"),
        ({"field": "deaths", "new": -1}, "a number or null"),
        ({"field": "hazard", "new": "yes"}, "true or false"),
        ({"field": "author", "new": "x"}, "field"),
        ({"time": "2026-03-01T09:00:00"}, "time"),
        ({"reason": ""}, "reason"),
        ({"new": ""}, "a topic's name"),
    ],
)
def test_what_is_no_correction_is_named(fields: dict[str, object], message: str, tmp_path: Path) -> None:
    """By file and line, with the field and the remedy; an author is refused, as it has no place there."""
    with pytest.raises(UnreadableCorrection, match=rf"corrections\.jsonl:2: .*{message}.*xiangyin schema correction"):
        read(written(tmp_path, RIGHT, changed(**fields)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """And a line that is no JSON."""
    with pytest.raises(UnreadableCorrection, match=r"none\.jsonl: cannot be read"):
        read(tmp_path / "none.jsonl")
    (tmp_path / "bad.jsonl").write_text("\n{\n")
    with pytest.raises(UnreadableCorrection, match=r"bad\.jsonl:2: no correction"):
        read(tmp_path / "bad.jsonl")


def test_the_newest_correction_counts(tmp_path: Path) -> None:
    """Who corrects a correction is right; other fields of the same text stand beside it."""
    later = changed(new="环境保护", time="2026-03-02T09:00:00+08:00")
    mood = changed(field="sentiment", old="neutral", new="negative", time="2026-02-01T09:00:00+08:00")
    found = newest(read(written(tmp_path, later, RIGHT, mood)))
    assert {line: one.new for line, one in found.items()} == {1: "环境保护", 3: "negative"}
