"""Fit and measure sentiment and emotion on Weibo posts."""

from collections.abc import Callable, Sequence

from models.artefact import Fitted
from models.evaluation import answer
from models.evaluation.answer import Answer
from models.evaluation.score import Score, score
from models.mood import SENTIMENT_OF, EmotionModel, SentimentModel
from models.train.corpus import Cut, Example, of
from models.train.fit import fit


def emotion(rows: Sequence[Cut]) -> Fitted:
    """Fit the model of six emotions."""
    return _fit(rows, _emotion)


def sentiment(rows: Sequence[Cut]) -> Fitted:
    """Fit the model of three sentiments."""
    return _fit(rows, _sentiment)


def emotion_scores(model: EmotionModel, rows: Sequence[Cut]) -> list[Score]:
    """Measure on the test rows, set by set."""
    return _scores("emotion", rows, _emotion, lambda cut: answer.emotion(model, cut.tokens))


def sentiment_scores(model: SentimentModel, rows: Sequence[Cut]) -> list[Score]:
    """Measure on the test rows, set by set, and how often the score's sign is right where texts have a polarity."""
    return [
        *_scores("sentiment", rows, _sentiment, lambda cut: answer.sentiment(model, cut.tokens)),
        *_signs(model, rows),
    ]


def _emotion(example: Example) -> str:
    return example.label


def _sentiment(example: Example) -> str:
    return SENTIMENT_OF.get(example.label, "negative")


def _fit(rows: Sequence[Cut], label: Callable[[Example], str]) -> Fitted:
    chosen = of(rows, "train")
    documents = [(cut.tokens.words | cut.tokens.phrases,) for cut in chosen]
    labels, weights = [label(cut.example) for cut in chosen], [cut.example.weight for cut in chosen]
    return fit(documents, labels, factors=(1.0,), regularisation=0.2, weights=weights)


def _scores(
    name: str, rows: Sequence[Cut], label: Callable[[Example], str], given: Callable[[Cut], Answer]
) -> list[Score]:
    held_out = [cut for cut in of(rows, "test") if cut.example.source != "polarity"]
    sources = sorted({cut.example.source for cut in held_out})
    chosen = {source: [cut for cut in held_out if cut.example.source == source] for source in sources}
    return [score(name, source, ((label(cut.example), given(cut)) for cut in rows)) for source, rows in chosen.items()]


def _signs(model: SentimentModel, rows: Sequence[Cut]) -> list[Score]:
    chosen = [cut for cut in of(rows, "test") if cut.example.source == "polarity"]
    answers = ((cut.example.label, answer.sign(model, cut.tokens)) for cut in chosen)
    return [score("sentiment", "polarity (sign)", answers)] if chosen else []
