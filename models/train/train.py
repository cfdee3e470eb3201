"""Train every model, write it, read it back and measure it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct, json
from threadpoolctl import threadpool_limits

from models import artefact, request, similarity
from models.artefact import Fitted
from models.classifier import MEASURED
from models.correction import Correction, Field
from models.danger import DangerModel
from models.evaluation.score import Score
from models.keywords import KeywordWeights
from models.load import load
from models.mood import EmotionModel, SentimentModel
from models.passage import PassageModel
from models.segment import Segmenter, Tokens
from models.topic import TopicModel
from models.train import corpus, danger, grouping, mood, topic
from models.train.corpus import Cut, Example, Part
from models.train.corrected import SOURCE, corrected
from models.train.grouping import Share
from models.train.taught import taught
from models.train.vocabulary import Admission

SPLIT: Final = "split.json"
REPORT: Final = "report.json"

Progress = Callable[[str], None]
"""Told what is being done now, in a few words."""


class Report(Struct, frozen=True, kw_only=True):
    """What was trained on how many rows, and how it does on the others."""

    counts: dict[str, dict[str, int]]
    """Rows by model, then by part: train, test, later."""
    vocabulary: dict[str, int]
    scores: tuple[Score, ...]
    requests: tuple[Share, ...]


class _Sets(Struct, frozen=True):
    """The data of the three models, cut into words."""

    topic: list[Cut]
    emotion: list[Cut]
    sentiment: list[Cut]
    taught: list[Cut]
    stream: list[Cut]
    unlabelled: list[Tokens]
    """More messages, and what offices replied."""


def train(
    data: Path,
    out: Path,
    progress: Progress = lambda _: None,
    corrections: Mapping[int, Correction] = MappingProxyType({}),
    weight: float = 1.0,
) -> Report:
    """Train every model of models/weights, and write them with the split and the report.

    The same data give the same bytes on the same platform and versions of numpy and scikit-learn, whatever the cores.

    Args:
        data: folder with messages_labelled, messages_replied, messages_stream, sentiment_emotions and
            sentiment_polarity (.jsonl).
        out: folder that gets the artefacts; made when absent.
        progress: told what is being done.
        corrections: officers' corrections by line, learnt with the data; those of severity teach nothing.
        weight: how many ordinary rows each of them counts for.

    Raises:
        DataError: a file of the data is missing or not as described.
    """
    out.mkdir(parents=True, exist_ok=True)
    progress("reading and cutting the texts")
    sets = _read(data, corrections, weight)
    # By one thread: how many share a sum decides its last digits, and so the bytes; more are slower, too.
    with threadpool_limits(limits=1, user_api="blas"):
        progress("topic")
        _learn(out, TopicModel.NAME, sets.topic, lambda rows: topic.fitted(rows, sets.unlabelled))
        progress("mood")
        _learn(out, EmotionModel.NAME, sets.sentiment, lambda rows: mood.fitted([*rows, *sets.taught], sets.unlabelled))
        progress("danger")
        glancing, reading = danger.fitted_to(data, Segmenter())
        artefact.save(out, DangerModel.NAME, glancing)
        artefact.save(out, PassageModel.NAME, reading)
    progress("keywords")
    _count([*sets.topic, *sets.stream]).save(out)
    progress("requests and rare pairs")
    (out / request.WEIGHTS.name).write_bytes(grouping.request_model(data, Segmenter()).stored())
    (out / similarity.WEIGHTS.name).write_bytes(grouping.rarity(data).stored())
    _write(out / SPLIT, _split(sets))
    progress("measuring")
    report = _report(data, sets, out)
    _write(out / REPORT, report)
    return report


def evaluate(
    data: Path, models: Path = artefact.FOLDER, corrections: Mapping[int, Correction] = MappingProxyType({})
) -> Report:
    """Measure trained models on the rows that were kept from training, as split.json says, and write their report.

    Models that learnt from corrections are measured with the same corrections.

    Raises:
        DataError: a file of the data is missing or not as described, or split.json names other rows.
        Unusable: a model is missing or damaged.
    """
    sets = _read(data, corrections)
    if _split(sets) != json.decode((models / SPLIT).read_bytes(), type=dict[str, dict[str, list[str]]]):
        raise corpus.DataError(f"{models / SPLIT}: names other rows than {data} holds; train on these data first")
    report = _report(data, sets, models)
    _write(models / REPORT, report)
    return report


def _learn(out: Path, name: str, rows: Sequence[Cut], fitted: Callable[[Sequence[Cut]], Fitted]) -> None:
    """One to be measured, and one to be served.

    Once the figures are known to be those of rows kept from training, these rows are worth learning from, too.
    """
    artefact.save(out, MEASURED.format(name), fitted(corpus.of(rows, "train")))
    artefact.save(out, name, fitted(rows))


def _read(data: Path, corrections: Mapping[int, Correction] = MappingProxyType({}), weight: float = 1.0) -> _Sets:
    def with_corrections(examples: Sequence[Example], field: Field) -> list[Example]:
        return corrected(examples, corrections, field, weight)

    segmenter = Segmenter()
    emotions = with_corrections(corpus.emotions(data), "emotion")
    mixed = with_corrections(corpus.without_duplicates([*emotions, *corpus.polarities(data)]), "sentiment")
    texts = (with_corrections(corpus.messages(data), "topic"), emotions, mixed, corpus.unlabelled(data))
    topics, feelings, sentiments, stream = (corpus.cut(examples, segmenter) for examples in texts)
    replied = [segmenter.tokens(title, f"{body}\n{reply}") for title, body, reply in corpus.replied(data)]
    return _Sets(topics, feelings, sentiments, taught(segmenter), stream, [*(row.tokens for row in stream), *replied])


def _count(rows: Sequence[Cut]) -> KeywordWeights:
    counts = Counter(word for row in rows for word in row.tokens.words if len(word) > 1)
    admission = Admission()
    kept = {word: count for word, count in sorted(counts.items()) if admission.admits(word, count)}
    return KeywordWeights(len(rows), kept)


def _split(sets: _Sets) -> dict[str, dict[str, list[str]]]:
    """Keys of the rows that were kept from training, and of the corrections that were not."""
    by_name = {"topic": sets.topic, "emotion": sets.emotion, "sentiment": sets.sentiment}
    return {name: _kept(rows) | _corrected(rows) for name, rows in by_name.items()}


def _kept(rows: Sequence[Cut]) -> dict[str, list[str]]:
    parts: tuple[Part, ...] = ("test", "later")
    return {part: sorted(row.example.key for row in corpus.of(rows, part)) for part in parts}


def _corrected(rows: Sequence[Cut]) -> dict[str, list[str]]:
    keys = sorted(row.example.key for row in rows if row.example.source == SOURCE)
    return {"corrected": keys} if keys else {}


def _report(data: Path, sets: _Sets, models: Path) -> Report:
    trained, requests = load(models), request.load(models / request.WEIGHTS.name)
    topics, sentiments = TopicModel.measured(models), SentimentModel.measured(models)
    emotions = EmotionModel.measured(models)
    by_name = {"topic": sets.topic, "emotion": sets.emotion, "sentiment": sets.sentiment}
    return Report(
        counts={
            name: dict(sorted(Counter(row.example.part for row in rows).items())) for name, rows in by_name.items()
        },
        vocabulary={
            "topic": len(trained.topic.vocabulary),
            "emotion": len(trained.emotion.vocabulary),
            "sentiment": len(trained.sentiment.vocabulary),
            "keywords": len(trained.keywords.counts),
            "requests": len(requests.weights),
            "danger": len(trained.danger.vocabulary),
            "danger strings": len(trained.danger.strings),
        },
        scores=(
            *topic.scores(topics, sets.topic),
            *mood.emotion_scores(emotions, sets.emotion),
            *mood.sentiment_scores(sentiments, sets.sentiment),
        ),
        requests=grouping.shares(data, requests, Segmenter()),
    )


def _write(file: Path, content: object) -> None:
    file.write_bytes(json.format(json.encode(content), indent=1) + b"\n")
