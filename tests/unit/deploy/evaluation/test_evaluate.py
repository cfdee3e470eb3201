"""Any labelled file can be measured, with as few options as its fields allow."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.evaluation.asked import Asked, Model, Refused
from deploy.evaluation.evaluate import evaluate
from deploy.evaluation.rows import NAMED
from models.artefact import FOLDER, Unusable
from models.evaluation.score import Evaluation
from models.train.corpus import key_of

LAMP = {"title": "路灯不亮", "body": "小区门口的路灯坏了一个月，道路很黑", "topic": "城乡建设"}
SCHOOL = {"title": "学校收费", "body": "老师要求学生交补课费，教育局管不管", "topic": "教育文体"}
CRASH = {"id": "1", "text": "东村公路发生车祸，造成3人死亡", "grade": "较大", "grade_alt": "", "deaths": 3}
CALM = {"id": "2", "text": "请问医保卡在哪里办理", "grade": "无", "grade_alt": "", "deaths": None}


def lines(rows: Sequence[Any]) -> list[bytes]:
    return [(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)).encode() + b"\n" for row in rows]


def measured(rows: Sequence[Any], said: list[str] | None = None, **asked: Any) -> Evaluation:
    told = [] if said is None else said
    return evaluate(lines(rows), "file.jsonl", Asked(**asked), told.append)


@pytest.mark.parametrize(
    ("row", "model"),
    [
        (LAMP, "topic"),
        ({"content": "气死我了，垃圾", "emotion": "angry"}, "emotion"),
        ({"text": "谢谢，太好了", "sentiment": "positive"}, "sentiment"),
        ({"text": "谢谢，太好了", "polarity": "positive"}, "sentiment"),
        (CRASH, "severity"),
    ],
)
def test_the_fields_tell_what_to_measure(row: dict[str, object], model: str) -> None:
    """A file with the usual names needs no option."""
    found = measured([row])
    assert (found.model, found.counted, found.bad) == (model, 1, 0)


def test_fields_can_be_named() -> None:
    """A file with names of its own is measured by naming them."""
    rows = [{"标签": "chengjian", "问题": "路灯坏了", "说明": "小区道路很黑"}]
    found = measured(rows, model="topic", label="标签", title="问题", text="说明", renamed={"chengjian": "城乡建设"})
    assert found.scores[0].count == 1


def test_labels_may_be_numbers() -> None:
    """Many published sets say 0 and 1."""
    rows = [{"text": "太好了，谢谢", "label": 1}, {"text": "气死我了", "label": 0}]
    found = measured(rows, model="sentiment", renamed={"1": "positive", "0": "negative"})
    assert found.scores[0].accuracy.value == 1.0


def test_what_the_fields_do_not_tell_is_asked_for() -> None:
    """The message names file, line and fields, and the option to give."""
    with pytest.raises(Refused, match=r"file\.jsonl:1: the fields text, mark .*--model, --label"):
        measured([{"text": "路灯坏了", "mark": "1"}])
    with pytest.raises(Refused, match=r"file\.jsonl:1: no label of topic .*--label FIELD"):
        measured([{"text": "路灯坏了", "mark": "1"}], model="topic")
    with pytest.raises(Refused, match=r"file\.jsonl:1: no text among the fields topic.*--text FIELD"):
        measured([{"topic": "城乡建设"}])
    with pytest.raises(Refused, match=r"file\.jsonl:1: no field words; there are title, body, topic"):
        measured([LAMP], text="words")


BAD = {
    "{": "no JSON object",
    "": "the line is blank",
    "[1]": "no JSON object",
    '{"topic": "城乡建设", "body": 7}': "body is no text",
    '{"topic": "月球", "body": "路灯坏了"}': "topic '月球' is none of 交通运输",
    '{"body": "路灯坏了"}': "no field topic",
    '{"topic": "城乡建设", "body": " "}': "there is no text",
}
"""What a row may be, and what is said of it."""


def test_bad_rows_are_named_and_left_out() -> None:
    """Each by file, line and what is wrong; the good ones are measured."""
    said: list[str] = []
    found = measured([LAMP, *BAD, SCHOOL], said)
    assert (found.read, found.counted, found.bad) == (len(BAD) + 2, 2, len(BAD))
    for number, problem, told in zip(range(2, 9), BAD.values(), said, strict=True):
        assert told.startswith(f"file.jsonl:{number}: {problem}")


def test_a_thousand_bad_rows_are_counted_not_listed() -> None:
    """The first twenty say enough."""
    said: list[str] = []
    assert measured([LAMP, *["{"] * 1000], said).bad == 1000
    assert len(said) == NAMED


def test_nothing_to_measure_is_said() -> None:
    """An empty file, or one none of whose rows fits, gives no figures."""
    with pytest.raises(Refused, match="none of 0 rows can be measured"):
        measured([])
    with pytest.raises(Refused, match="none of 1 rows fits --where topic=月球 --split test"):
        measured([LAMP], where={"topic": "月球"}, split="test")


def test_rows_are_picked_and_told_apart_by_a_field() -> None:
    """`where` keeps some rows, `by` gives figures for each value; numbers and truth values as JSON writes them."""
    rows = [
        {**LAMP, "year": 2019, "own": True},
        {**SCHOOL, "year": 2020, "own": True},
        {**LAMP, "year": 2020, "own": False},
    ]
    found = measured(rows, where={"own": "true"}, by="year")
    assert [(one.rows, one.count) for one in found.scores] == [("2019", 1), ("2020", 1)]


def test_a_field_with_many_values_gives_no_sets() -> None:
    """A table for each of a thousand ids helps nobody."""
    with pytest.raises(Refused, match="id has more than 50 values; choose another --by"):
        measured([{**LAMP, "id": at} for at in range(60)], by="id")


def test_of_two_classes_the_sign_is_measured() -> None:
    """Texts that are positive or negative only are measured by the score's sign; with neutral ones by the label."""
    good, bad, flat = ({"text": "太好了，谢谢", "label": one} for one in ("positive", "negative", "neutral"))
    assert [one.rows for one in measured([good, bad], model="sentiment").scores] == ["all (sign)"]
    assert [one.rows for one in measured([good, bad, flat], model="sentiment").scores] == ["all"]


def test_a_sentiment_can_be_told_from_an_emotion() -> None:
    """Sets of emotions measure the sentiment, too: happy is positive, surprise neutral, the rest negative."""
    found = measured([{"text": "气死我了", "emotion": one} for one in ("happy", "surprise", "sad")], model="sentiment")
    assert [(one.label, one.count) for one in found.scores[0].classes] == [
        ("negative", 1),
        ("neutral", 1),
        ("positive", 1),
    ]


def test_severity_is_measured_by_its_readings() -> None:
    """A grade is right when it equals either reading; deaths not said and none count alike; a file may lack a field."""
    rows = [CRASH, CALM, {**CRASH, "id": "3", "grade": "一般", "grade_alt": "较大", "deaths": 4}]
    shares = {one.what: (one.met, one.count) for one in measured(rows).shares}
    assert shares == {"exact grade": (3, 3), "deaths right": (2, 3), "graded wrongly, and not none": (0, 3)}
    with_hazard = measured(
        [{**CALM, "hazard": False, "kind": "无"}, {**CRASH, "hazard": True, "kind": "火灾", "kind_alt": "道路交通事故"}]
    )
    assert {one.model: one.count for one in with_hazard.scores} == {"grade": 2, "hazard": 2}
    assert {one.what: one.met for one in with_hazard.shares}["kind right"] == 2


def test_wrong_rows_of_severity_are_named() -> None:
    """Who mends a rule looks the lines up; --wrong says how many."""
    rows = [CRASH, {**CALM, "grade": "较大", "deaths": 3}, {**CRASH, "grade": "无", "deaths": 0}]
    found = {one.what: one.wrong for one in measured(rows).shares}
    assert found == {"exact grade": (2, 3), "deaths right": (2, 3), "graded wrongly, and not none": (3,)}
    few = measured(rows, named=1)
    assert [one.wrong for one in few.shares] == [(2,), (2,), (3,)]
    assert len(few.scores[0].mistakes) == 1
    assert not measured(rows, named=0).scores[0].mistakes


def test_a_grade_has_the_names_of_the_law_or_ours() -> None:
    """特别重大 to 一般 and 无, or I to IV and none."""
    said: list[str] = []
    assert measured([CRASH, {**CRASH, "grade": "III"}, {**CRASH, "grade": "V"}], said).counted == 2
    assert "grade 'V' is none of" in said[0]


def test_a_hazard_that_is_no_truth_value_is_named() -> None:
    """Text where true or false should stand, or where a number should."""
    said: list[str] = []
    measured([CRASH, {**CRASH, "hazard": "yes"}, {**CRASH, "deaths": "three"}], said)
    assert ["hazard is 'yes'" in said[0], "deaths is 'three'" in said[1]] == [True, True]


def weights(folder: Path, kept: Sequence[Mapping[str, str]]) -> Path:
    for file in FOLDER.iterdir():
        if file.name != "split.json":
            (folder / file.name).symlink_to(file)
    keys = [key_of(row["title"] + row["body"]) for row in kept]
    (folder / "split.json").write_text(json.dumps({"topic": {"test": keys, "later": []}}))
    return folder


def test_a_split_keeps_to_its_rows(tmp_path: Path) -> None:
    """Only rows that were kept from training, each once, however it is punctuated."""
    rows = [LAMP, SCHOOL, {**LAMP, "body": LAMP["body"] + "！"}]
    found = measured(rows, split="test", weights=weights(tmp_path, [LAMP]))
    assert (found.read, found.counted, found.scores[0].rows) == (3, 1, "test")


def test_the_split_is_asked_of_the_model_that_never_saw_it(tmp_path: Path) -> None:
    """What is served has learnt from all rows: the figures of the split are those of its like without them."""
    folder = weights(tmp_path, [LAMP])
    (folder / "topic-measured.json").unlink()
    assert measured([LAMP], weights=folder).counted == 1
    with pytest.raises(Unusable, match=r"topic-measured\.json"):
        measured([LAMP], split="test", weights=folder)


@pytest.mark.parametrize("model", ["sentiment", "emotion"])
def test_the_split_of_moods_is_asked_of_the_model_that_never_saw_it(model: Model, tmp_path: Path) -> None:
    """As with topics."""
    row = {"text": "今天好开心", "emotion": "happy"}
    folder = weights(tmp_path, [])
    (folder / "split.json").write_text(json.dumps({model: {"test": [key_of(row["text"])]}}))
    (folder / "mood-measured.npz").unlink()
    assert measured([row], model=model, weights=folder).counted == 1
    with pytest.raises(Unusable, match=r"mood-measured\.npz"):
        measured([row], split="test", model=model, weights=folder)


def test_two_models_are_measured_on_the_same_rows(tmp_path: Path) -> None:
    """The split of the new models serves the old ones, too: corrected rows are in neither measurement."""
    new = weights(tmp_path, [SCHOOL])
    found = [measured([LAMP, SCHOOL], split="test", split_from=new, weights=one) for one in (new, FOLDER)]
    assert [one.counted for one in found] == [1, 1]


def test_training_data_are_not_measured_in_silence(tmp_path: Path) -> None:
    """Without --split the figures of a training file flatter, and say so."""
    found = measured([LAMP, SCHOOL], weights=weights(tmp_path, [LAMP]))
    assert "1 of these rows were kept from training" in found.notes[0]
    assert not measured([SCHOOL], weights=tmp_path).notes


def test_a_missing_split_is_named(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(Unusable, match=r"split\.json"):
        measured([LAMP], weights=tmp_path)


def test_the_halves_of_severity_are_told_by_a_hash_of_the_id() -> None:
    """`--split test` is the half that words and rules were not tuned on; it needs ids and knows no years."""
    rows = [{**CALM, "id": f"{at}"} for at in range(40)]
    assert 10 < measured(rows, split="test").counted < 30
    with pytest.raises(Refused, match="--split later"):
        measured(rows, split="later")
