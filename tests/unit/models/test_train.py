"""Training is repeatable, splits cleanly, and takes nobody's name into a model."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from models import request, similarity
from models.artefact import FOLDER
from models.correction import Correction, Field
from models.load import load
from models.mood import EmotionModel
from models.segment import Segmenter
from models.topic import TopicModel
from models.train.corpus import DataError, chatter, example, key_of, messages, part_of
from models.train.corrected import corrected
from models.train.train import evaluate, train
from models.train.vocabulary import Admission

TOPICS = {
    "环境保护": "河水 污染 工厂 排放 废气 臭味 噪音 垃圾 焚烧 扬尘".split(),  # noqa: SIM905
    "教育文体": "学校 老师 学生 补课 收费 教材 幼儿园 高考 操场 图书馆".split(),  # noqa: SIM905
    "交通运输": "出租车 拒载 公交 班车 打表 客运 高速 收费站 车站 司机".split(),  # noqa: SIM905
}
TIMES = ("2015/3/1 9:00", "2019/3/1 9:00", None)
SETS = ("usual", "virus")
EMOTIONS = {"happy": "开心 喜欢 谢谢".split(), "angry": "气死 垃圾 可恶".split(), "neutral": "今天 公告 时间".split()}  # noqa: SIM905


def write(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made-up corpus in the form of the real one."""
    folder, chance = tmp_path_factory.mktemp("data"), random.Random(5)

    def text(words: list[str]) -> str:
        return "".join(chance.choices(words, k=4)) + "".join(chance.choices("的了在有我们这里请问已经很久", k=12))

    rows = [
        {
            "title": text(words)[:8],
            "body": text(words),
            "topic": topic,
            "time": f"{chance.choice((2015, 2019))}/3/1 9:00",
        }
        for topic, words in TOPICS.items()
        for _ in range(120)
    ]
    write(folder / "messages_labelled.jsonl", rows)
    lamps = [{"title": "路灯", "body": text(["路灯", "不亮"])} for _ in range(30)]
    write(folder / "messages_stream.jsonl", lamps)
    write(folder / "messages_replied.jsonl", [{**lamp, "reply": "路灯已经修好"} for lamp in lamps])
    write(
        folder / "sentiment_emotions.jsonl",
        [
            {
                "text": text(words) + "@zhang_san2 13800000000 wangwu",
                "emotion": label,
                "set": chance.choice(("usual", "virus")),
            }
            for label, words in EMOTIONS.items()
            for _ in range(60)
        ],
    )
    polar = [("positive", "happy"), ("negative", "angry")] * 40
    write(folder / "sentiment_polarity.jsonl", [{"text": text(EMOTIONS[e]), "polarity": p} for p, e in polar])
    return folder


@pytest.fixture(scope="module")
def out(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "new"
    train(data, folder)
    return folder


def test_the_same_data_give_the_same_bytes(data: Path, out: Path, tmp_path: Path) -> None:
    """A second run in another process, whose sets have another order, writes every file again, byte for byte."""
    told = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "deploy.cli", "train", str(data), "--out", str(tmp_path)],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert {"topic", "mood"} <= set(told.splitlines())
    names = sorted(file.name for file in out.iterdir())
    assert names == sorted(file.name for file in FOLDER.iterdir())
    assert [(out / name).read_bytes() for name in names] == [(tmp_path / name).read_bytes() for name in names]


def test_the_number_of_cores_changes_nothing(data: Path, tmp_path: Path) -> None:
    """Sums of large models end in other digits when two threads share them: one thread does it, on any machine."""
    threads: dict[str, set[int]] = {}

    def watch(stage: str) -> None:
        threads[stage] = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(limits=2, user_api="blas"):
        train(data, tmp_path, watch)
    assert threads["topic"] == threads["mood"] == {1}


def test_what_was_learned_is_what_is_served(data: Path, out: Path) -> None:
    """The trained files are loaded like those of the program, and know the two topics."""
    trained = load(out)
    rank = trained.topic.rank(trained.table.sums(Segmenter().tokens("工厂排放废气", "河水污染，臭味很大")))
    assert rank.label == "环境保护"
    assert trained.sentiment.leaning(trained.table.sums(Segmenter().tokens("", "气死，垃圾，可恶"))).score < 0


def test_models_are_measured_before_all_rows_are_learnt_from(out: Path) -> None:
    """The figures are of a model that never saw the rows that were kept; the one that is served knows them, too."""
    topics, moods = (
        (TopicModel.load(out), TopicModel.measured(out)),
        (EmotionModel.load(out), EmotionModel.measured(out)),
    )
    tokens = Segmenter().tokens("", "工厂排放废气，气死我了")
    assert topics[0].probabilities(topics[0].table.sums(tokens)) != topics[1].probabilities(
        topics[1].table.sums(tokens)
    )
    assert moods[0].feelings(moods[0].table.sums(tokens)) != moods[1].feelings(moods[1].table.sums(tokens))
    assert [one.labels for one in (topics[0], moods[0])] == [one.labels for one in (topics[1], moods[1])]


def test_what_grouping_knows_is_trained_too(out: Path) -> None:
    """Requests are told from chatter, and rare pairs from common ones, by the files that training wrote."""
    requests, rarity = request.load(out / "requests.json"), similarity.load(out / "rarity.json")
    segmenter = Segmenter()
    assert requests.score(segmenter.cut("出租车司机拒载")) > 0 >= requests.score(segmenter.cut("开心，谢谢"))
    assert rarity.of("路灯") < 1 == rarity.of("鼬鲼")


def test_requests_are_measured_on_texts_that_were_kept(data: Path, out: Path) -> None:
    """The report says how many of the stream, and of the chatter that was kept, are taken for requests."""
    by_rows = {share["rows"]: share for share in json.loads((out / "report.json").read_text())["requests"]}
    learnt, kept = chatter(data)
    assert (by_rows["stream"]["count"], by_rows["chatter"]["count"]) == (30, len(kept))
    assert by_rows["stream"]["requests"] > by_rows["chatter"]["requests"]
    assert len(kept) == 0.15 * len([*learnt, *kept])


def test_figures_can_be_measured_again(data: Path, out: Path) -> None:
    """The committed files and the data give the committed figures."""
    report = evaluate(data, out)
    written = json.loads((out / "report.json").read_text())
    assert [score.accuracy.value for score in report.scores] == [one["accuracy"]["value"] for one in written["scores"]]
    assert {(score.model, score.rows) for score in report.scores} >= {("topic", "test"), ("topic", "later")}
    assert all(score.count > 0 for score in report.scores)


def test_other_data_are_not_measured_in_silence(data: Path, out: Path, tmp_path: Path) -> None:
    """Rows that the models may have been trained on would flatter them."""
    for file in data.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    lines = (data / "messages_labelled.jsonl").read_text().splitlines()
    (tmp_path / "messages_labelled.jsonl").write_text("\n".join(lines[:-60]))
    with pytest.raises(DataError, match=r"split\.json"):
        evaluate(tmp_path, out)


def test_nobody_gets_into_a_vocabulary(out: Path) -> None:
    """Handles, numbers and Latin names of the texts are in no file that training writes."""
    for file in out.glob("*.json"):
        text = file.read_text(encoding="utf-8")
        assert not [name for name in ("zhang", "wangwu", "13800000000") if name in text], file.name


@pytest.mark.parametrize(
    "word", ["王伟", "陈书记", "刘老师", "A3区", "2020", "wifi", "５Ｇ", "一" * 9, "", " ", "\x00", "ьу"]
)
def test_names_numbers_and_other_scripts_are_not_admitted(word: str) -> None:
    """Even when they stand in many documents, though not in so many that they are nobody's."""
    assert not Admission().admits(word, 20)


@pytest.mark.parametrize("word", ["路灯", "城管执法", "！", "😀", "[", "不 好", "[ 哈哈"])
def test_words_and_signs_are_admitted(word: str) -> None:
    """Common words, punctuation, emoji and phrases of two of them; in three documents, not in two."""
    assert Admission().admits(word, 3)
    assert not Admission().admits(word, 2)


def test_too_little_data_is_named(data: Path, tmp_path: Path) -> None:
    """One topic alone teaches nothing: the message says what is missing."""
    for file in data.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    lines = (data / "messages_labelled.jsonl").read_text().splitlines()
    (tmp_path / "messages_labelled.jsonl").write_text("\n".join(lines[:60]))
    with pytest.raises(DataError, match="too little to learn from"):
        train(tmp_path, tmp_path / "out")


def test_near_duplicates_are_left_out(tmp_path: Path) -> None:
    """A text that comes again with a word changed stands on one side of the split only."""
    body = "幸福里小区三号楼的电梯已经坏了整整两个月，老人上下楼非常不方便，物业一直推脱不修，请有关部门尽快处理"
    bodies = [body, body + "！谢谢", body.replace("请有关部门", "请领导"), "路灯不亮", ""]
    rows = [{"title": "", "body": one, "topic": "城乡建设"} for one in bodies]
    write(tmp_path / "messages_labelled.jsonl", rows)
    assert [one.body for one in messages(tmp_path)] == [body, "路灯不亮", ""]


def test_a_text_never_changes_sides() -> None:
    """The side depends on the words and the year alone; what came later is never trained on."""
    assert part_of(key_of("路灯 不亮!")) == part_of(key_of("路灯不亮"))
    assert {part_of(key_of(f"{chr(at)}灯"), 2019) for at in range(0x4E00, 0x4E40)} == {"later"}
    sides = [part_of(key_of(f"{chr(at)}灯"), 2018) for at in range(0x4E00, 0x5E00)]
    assert 0.12 < sides.count("test") / len(sides) < 0.18


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "line 1 is no JSON"),
        ('{"title": "", "body": 1, "topic": "x"}', "line 1 has no text in body"),
        (None, "cannot be read"),
    ],
)
def test_bad_data_are_named(tmp_path: Path, content: str | None, message: str) -> None:
    """The message names file, line and field."""
    if content is not None:
        (tmp_path / "messages_labelled.jsonl").write_text(content)
    with pytest.raises(DataError, match=rf"messages_labelled\.jsonl.*{message}"):
        messages(tmp_path)


def correction(body: str, new: str, field: Field = "topic", day: int = 1) -> Correction:
    time = datetime(2026, 3, day, tzinfo=UTC)
    return Correction(body=body, field=field, old=None, new=new, role="duty", time=time, reason="看错了")


def test_corrections_are_learnt_and_not_tested_on(data: Path, out: Path, tmp_path: Path) -> None:
    """A corrected test row is trained on with its new label, its near-duplicates leave the split, all else stays."""
    rows = [one for one in messages(data) if one.part == "test"]
    texts = [one.title + one.body for one in rows[:3]]
    others = [next(label for label in TOPICS if label != one.label) for one in rows[:3]]
    learnt = {at: correction(text, new) for at, (text, new) in enumerate(zip(texts, others, strict=True), 1)}
    report = train(data, tmp_path, corrections={**learnt, 9: correction(texts[0], "IV", "grade")}, weight=20)
    before, after = (json.loads((folder / "split.json").read_text()) for folder in (out, tmp_path))
    keys = {key_of(text) for text in texts}
    assert set(after["topic"]["corrected"]) == keys
    assert set(after["topic"]["test"]) == set(before["topic"]["test"]) - keys
    assert "corrected" not in after["emotion"]
    model, segmenter = load(tmp_path).topic, Segmenter()
    assert [model.rank(model.table.sums(segmenter.tokens("", text))).label for text in texts] == others
    assert evaluate(data, tmp_path, learnt) == report


def test_the_newest_of_two_corrections_is_learnt() -> None:
    """Officers may contradict one another; a text is not learnt with two labels."""
    both = {1: correction("路灯不亮", "交通运输", day=2), 2: correction("路灯 不亮！", "教育文体", day=1)}
    old = example("", "路灯不亮。", "环境保护", "messages")
    others = [example("", "学校收费", "教育文体", "messages"), example("", "班车不来", "交通运输", "messages")]
    found = corrected([old, *others], both, "topic", 3)
    assert [(one.label, one.part, one.weight) for one in found[:1]] == [("交通运输", "train", 3)]
    assert found[1:] == others


def test_a_correction_to_an_unknown_topic_is_refused(data: Path, tmp_path: Path) -> None:
    """A slip of the pen makes no new topic: the message names the line and the topics."""
    with pytest.raises(DataError, match=r"line 4: topic '月球' is none of 交通运输, 教育文体, 环境保护"):
        train(data, tmp_path, corrections={4: correction("路灯不亮", "月球")})
