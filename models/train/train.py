"""Train every model, write it, read it back and measure it."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from models import artefact, request, similarity
from models.keywords import KeywordWeights
from models.load import load
from models.mood import EmotionModel, SentimentModel
from models.segment import Segmenter, Tokens
from models.topic import TopicModel
from models.train import corpus, grouping
from models.train.corpus import Example, Part
from models.train.evaluate import Score, score
from models.train.fit import fit
from models.train.grouping import Share
from models.train.vocabulary import Admission

SPLIT: Final = "split.json"
REPORT: Final = "report.json"

SENTIMENT_OF: Final = {"happy": "positive", "positive": "positive", "neutral": "neutral", "surprise": "neutral"}
"""All other emotions are negative. A model of polarity alone finds 42 of 100 surprised posts positive: neither."""

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

    topic: list[tuple[Example, Tokens]]
    emotion: list[tuple[Example, Tokens]]
    sentiment: list[tuple[Example, Tokens]]
    stream: list[tuple[Example, Tokens]]


def train(data: Path, out: Path, progress: Progress = lambda _: None) -> Report:
    """Train every model of models/weights, and write them with the split and the report.

    The same data give the same bytes on the same platform and versions of numpy and scikit-learn.

    Args:
        data: folder with messages_labelled, messages_replied, messages_stream, sentiment_emotions and
            sentiment_polarity (.jsonl).
        out: folder that gets the artefacts; made when absent.
        progress: told what is being done.

    Raises:
        DataError: a file of the data is missing or not as described.
    """
    out.mkdir(parents=True, exist_ok=True)
    progress("reading and cutting the texts")
    sets = _read(data)
    progress("topic")
    artefact.save(out, TopicModel.NAME, _fit_topic(sets.topic))
    progress("emotion")
    artefact.save(out, EmotionModel.NAME, _fit_mood(sets.emotion, lambda example: example.label))
    progress("sentiment")
    artefact.save(out, SentimentModel.NAME, _fit_mood(sets.sentiment, _sentiment))
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


def evaluate(data: Path, models: Path = artefact.FOLDER) -> Report:
    """Measure trained models on the rows that were kept from training, as their split.json says.

    Raises:
        DataError: a file of the data is missing or not as described, or split.json names other rows.
        Unusable: a model is missing or damaged.
    """
    sets = _read(data)
    if _split(sets) != json.decode((models / SPLIT).read_bytes(), type=dict[str, dict[Part, list[str]]]):
        raise corpus.DataError(f"{models / SPLIT}: names other rows than {data} holds; train on these data first")
    return _report(data, sets, models)


def _read(data: Path) -> _Sets:
    segmenter = Segmenter()

    def cut(examples: Sequence[Example]) -> list[tuple[Example, Tokens]]:
        return [(example, segmenter.tokens(example.title, example.body)) for example in examples]

    emotions = corpus.emotions(data)
    mixed = corpus.without_duplicates([*emotions, *corpus.polarities(data)])
    return _Sets(cut(corpus.messages(data)), cut(emotions), cut(mixed), cut(corpus.unlabelled(data)))


def _of(rows: Sequence[tuple[Example, Tokens]], *parts: Part) -> list[tuple[Example, Tokens]]:
    return [(example, tokens) for example, tokens in rows if example.part in parts]


def _sentiment(example: Example) -> str:
    return SENTIMENT_OF.get(example.label, "negative")


def _fit_topic(rows: Sequence[tuple[Example, Tokens]]) -> artefact.Fitted:
    chosen = _of(rows, "train")
    documents = [(frozenset(tokens.title), tokens.words) for _, tokens in chosen]
    return fit(documents, [example.label for example, _ in chosen], factors=(0.7, 1.0), regularisation=0.4)


def _fit_mood(rows: Sequence[tuple[Example, Tokens]], label: Callable[[Example], str]) -> artefact.Fitted:
    chosen = _of(rows, "train")
    documents = [(tokens.words | tokens.phrases,) for _, tokens in chosen]
    return fit(documents, [label(example) for example, _ in chosen], factors=(1.0,), regularisation=0.2)


def _count(rows: Sequence[tuple[Example, Tokens]]) -> KeywordWeights:
    counts = Counter(word for _, tokens in rows for word in tokens.words if len(word) > 1)
    admission = Admission()
    kept = {word: count for word, count in sorted(counts.items()) if admission.admits(word, count)}
    return KeywordWeights(len(rows), kept)


def _split(sets: _Sets) -> dict[str, dict[Part, list[str]]]:
    """Keys of the rows that were kept from training."""
    kept: tuple[Part, ...] = ("test", "later")
    return {
        name: {part: sorted(example.key for example, _ in _of(rows, part)) for part in kept}
        for name, rows in (("topic", sets.topic), ("emotion", sets.emotion), ("sentiment", sets.sentiment))
    }


def _report(data: Path, sets: _Sets, models: Path) -> Report:
    trained, requests = load(models), request.load(models / request.WEIGHTS.name)
    topics, sentiments, emotions = trained.topic, trained.sentiment, trained.emotion
    by_name = {"topic": sets.topic, "emotion": sets.emotion, "sentiment": sets.sentiment}
    return Report(
        counts={
            name: dict(sorted(Counter(example.part for example, _ in rows).items())) for name, rows in by_name.items()
        },
        vocabulary={
            "topic": len(topics.vocabulary),
            "emotion": len(emotions.vocabulary),
            "sentiment": len(sentiments.vocabulary),
            "keywords": len(trained.keywords.counts),
            "requests": len(requests.weights),
        },
        scores=(
            *_topic_scores(topics, sets.topic),
            *_mood_scores(
                "emotion", sets.emotion, lambda one: one.label, lambda tokens: emotions.feeling(tokens).label
            ),
            *_mood_scores("sentiment", sets.sentiment, _sentiment, lambda tokens: sentiments.leaning(tokens).label),
            *_sign_scores(sentiments, sets.sentiment),
        ),
        requests=grouping.shares(data, requests, Segmenter()),
    )


def _topic_scores(model: TopicModel, rows: Sequence[tuple[Example, Tokens]]) -> list[Score]:
    parts: tuple[Part, ...] = ("test", "later")
    scores = []
    for part in parts:
        if not (chosen := _of(rows, part)):
            continue
        answers = [model.rank(tokens) for _, tokens in chosen]
        truth, given = [example.label for example, _ in chosen], [answer.label for answer in answers]
        scores.append(score("topic", part, truth, given, [not answer.uncertain for answer in answers]))
    return scores


def _mood_scores(
    name: str,
    rows: Sequence[tuple[Example, Tokens]],
    label: Callable[[Example], str],
    answer: Callable[[Tokens], str],
) -> list[Score]:
    held_out = [(example, tokens) for example, tokens in _of(rows, "test") if example.source != "polarity"]
    sources = sorted({example.source for example, _ in held_out})
    chosen = {source: [(one, tokens) for one, tokens in held_out if one.source == source] for source in sources}
    return [
        score(name, source, [label(one) for one, _ in rows], [answer(tokens) for _, tokens in rows])
        for source, rows in chosen.items()
    ]


def _sign_scores(model: SentimentModel, rows: Sequence[tuple[Example, Tokens]]) -> list[Score]:
    """How often the score's sign is right where a text is either positive or negative."""
    chosen = [(one, tokens) for one, tokens in _of(rows, "test") if one.source == "polarity"]
    answers = ["positive" if model.leaning(tokens).score > 0 else "negative" for _, tokens in chosen]
    return [score("sentiment", "polarity (sign)", [one.label for one, _ in chosen], answers)] if chosen else []


def _write(file: Path, content: object) -> None:
    file.write_bytes(json.format(json.encode(content), indent=1) + b"\n")
