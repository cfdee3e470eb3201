"""Fit and measure sentiment and emotion on Weibo posts."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from models.artefact import Fitted
from models.evaluation import answer
from models.evaluation.answer import POLES, Answer
from models.evaluation.score import Score, score
from models.mood import SENTIMENT_OF, EmotionModel, SentimentModel
from models.segment import Tokens
from models.train import softmax
from models.train.calibrate import temperature
from models.train.corpus import Cut, Example, of
from models.train.fit import FOLDS, SEED, enough
from models.train.machine import machine
from models.train.meaning import meanings
from models.train.softmax import Machine, Rows
from models.train.strings import scaled, strings
from models.train.vocabulary import vocabulary

ALMOST_NOTHING: Final = 1e-9

SIGN: Final = {"negative": -1, "neutral": 0, "positive": 1}

POLARITY: Final = "polarity"
"""The set whose posts are positive or negative: neutral ones were left out of it."""

PENALTY: Final = 3e-5
REGULARISATION: Final = 0.2
"""Of the softmax (of a mean loss), and of the support vectors (their C)."""

HARD: Final = 2.5
"""What a margin of the support vectors counts beside one of the softmax."""

POLAR: Final = 2.0
"""Rows of an emotion that one row of the set of polarity counts for where the sign is learnt."""


def fitted(rows: Sequence[Cut], unlabelled: Sequence[Tokens]) -> Fitted:
    """Fit the model of feelings, whose sums are the sentiments.

    Args:
        rows: to train on: posts with an emotion, and posts that are positive or negative.
        unlabelled: more texts, to learn words and their company from.

    Raises:
        DataError: there are fewer than three emotions, or fewer posts with one of them than folds.
    """
    examples, tokens = [cut.example for cut in rows], [cut.tokens.feeling for cut in rows]
    labels, known = _known(examples)
    documents = [one.words | one.phrases for one in tokens]
    words, _ = vocabulary([*documents, *(one.words for one in unlabelled)])
    said = strings(documents, words)
    idf = np.log((1 + len(documents)) / (1 + said.getnnz(axis=0))) + 1
    posts = scaled(said, idf)
    company = _company([text for one in (*tokens, *unlabelled) for text in (one.title, one.body)], words)
    machine = _fit(posts, known, company, labels)
    return Fitted(
        labels=labels,
        words=words,
        weights=np.column_stack([idf[:, None] * machine.weights, idf**2]).astype(np.float16).astype(np.float32),
        bias=machine.bias.astype(np.float32),
        temperature=_temperature(posts, known, company, labels),
        threshold=0.0,
    )


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
    return SENTIMENT_OF[example.label]


def _company(texts: Sequence[Sequence[str]], words: Sequence[str]) -> NDArray[np.float64]:
    """Vectors of words by the company that they keep, of length 1; zeros for those that are never seen in any."""
    vectors = meanings(texts, words)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > ALMOST_NOTHING, lengths, np.inf)


def _known(examples: Sequence[Example]) -> tuple[tuple[str, ...], Rows]:
    """The emotions, and for each row which of them are possible."""
    emotions = [example.label for example in examples if example.label not in POLES]
    enough(emotions)
    labels = tuple(sorted(set(emotions)))
    by_example = [_possible(example, labels) for example in examples]
    possible, considered = (np.array(one, dtype=np.bool_) for one in zip(*by_example, strict=True))
    counts = np.array([example.weight for example in examples])
    return labels, Rows(possible, considered, counts, np.array(_balance(examples)))


def _balance(examples: Sequence[Example]) -> list[float]:
    """Rare sets and labels speak, without drowning the others."""
    sets, cells = Counter(one.source for one in examples), Counter((one.source, one.label) for one in examples)
    return [1 / sqrt(sqrt(sets[one.source] * cells[one.source, one.label])) for one in examples]


def _possible(example: Example, labels: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Of a positive or negative row, the feelings that are; all of its set are one or the other."""
    sentiments = [SENTIMENT_OF[label] for label in labels]
    possible = sentiments if example.label in POLES else labels
    among_poles = example.source == POLARITY
    return [one == example.label for one in possible], [one in POLES or not among_poles for one in sentiments]


def _fit(posts: Any, known: Rows, company: NDArray[np.float64], labels: Sequence[str]) -> Machine:
    """Three machines as one: a softmax over all rows, support vectors for emotions, and such for the sign."""
    soft = softmax.fit(posts, known, company, PENALTY)
    sure = known.sure
    truth = known.possible[sure].argmax(axis=1)
    emotions = machine(posts[sure], truth, known.counts[sure], posts.shape[1], REGULARISATION)
    signs = np.array([SIGN[SENTIMENT_OF[label]] for label in labels])
    leaning = known.possible @ signs
    polar = leaning != 0
    positive = (leaning[polar] > 0).astype(np.intp)
    counts = _evenly(positive, (known.counts * np.where(sure, 1, POLAR))[polar])
    sign = machine(posts[polar], positive, counts, posts.shape[1], REGULARISATION)
    return Machine(
        soft.weights + HARD * (emotions.coefficients + sign.coefficients[:, 1:] * signs / 2),
        soft.bias + HARD * (emotions.bias + sign.bias[1:] * signs / 2),
    )


def _evenly(positive: NDArray[np.intp], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both sides count alike: how many of a set are negative says nothing of other texts."""
    shares: NDArray[np.float64] = counts * (counts.sum() / 2 / np.bincount(positive, counts, minlength=2)[positive])
    return shares


def _temperature(posts: Any, known: Rows, company: NDArray[np.float64], labels: Sequence[str]) -> float:
    """What makes the emotions of rows likeliest that the machine did not see."""
    margins = np.zeros(known.possible.shape)
    truth = known.possible.argmax(axis=1)
    for learnt, kept in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(posts, truth):
        margins[kept] = _fit(posts[learnt], known.of(learnt), company, labels).margins(posts[kept])
    sure = known.sure
    return temperature(margins[sure], truth[sure])


def _scores(
    name: str, rows: Sequence[Cut], label: Callable[[Example], str], given: Callable[[Cut], Answer]
) -> list[Score]:
    held_out = [cut for cut in of(rows, "test") if cut.example.source != POLARITY]
    sources = sorted({cut.example.source for cut in held_out})
    chosen = {source: [cut for cut in held_out if cut.example.source == source] for source in sources}
    return [score(name, source, ((label(cut.example), given(cut)) for cut in rows)) for source, rows in chosen.items()]


def _signs(model: SentimentModel, rows: Sequence[Cut]) -> list[Score]:
    chosen = [cut for cut in of(rows, "test") if cut.example.source == POLARITY]
    answers = ((cut.example.label, answer.sign(model, cut.tokens)) for cut in chosen)
    return [score("sentiment", "polarity (sign)", answers)] if chosen else []
