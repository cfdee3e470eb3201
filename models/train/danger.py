"""Fit the model of sentences that tell of danger to sentences written for it, beside what people say every day."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.artefact import Fitted
from models.danger import DangerModel
from models.segment import SENTENCE_END, Segmenter
from models.train import corpus, softmax
from models.train.corpus import DataError
from models.train.softmax import Rows
from models.train.strings import strings
from models.train.vocabulary import vocabulary

SENTENCES: Final = Path(__file__).parent / "danger.txt"
"""One a line after its label, `now|...`: written for this project, under its licence. `mood|...` are outbursts."""
MOOD: Final = "mood"

EVERYDAY: Final = 2.0
"""What all everyday sentences count for beside the written ones."""

POSTS: Final = 12_000
"""Weibo posts learnt from; of the messages each other one. More change nothing but the time it takes."""

PENALTY: Final = 1e-4
"""Of the squares of the weights, against a mean loss."""


def fitted_to(data: Path, segmenter: Segmenter) -> Fitted:
    """Fit the model beside the Weibo posts and the residents' messages of a folder.

    Raises:
        DataError: a file of the data is missing or not as described, or the sentences are not.
    """
    chatter, _ = corpus.chatter(data)
    messages = [f"{title}\n{body}" for title, body in corpus.requests(data)]
    return fitted(chatter[:POSTS], messages[::2], segmenter)


def fitted(everyday: Iterable[str], messages: Iterable[str], segmenter: Segmenter) -> Fitted:
    """Fit it.

    Args:
        everyday: posts that tell of no danger, but for a few.
        messages: residents' messages, which tell of hazards, but seldom of people in danger.
        segmenter: cuts sentences into words.
    """
    labels = DangerModel.LABELS
    written = list(_with_outbursts(_written()))
    documents = [segmenter.cut(text) for _, text in written]
    calm = [segmenter.cut(sentence) for text in everyday for sentence in _sentences(text)]
    told = [segmenter.cut(sentence) for text in messages for sentence in _sentences(text)]
    possible = np.array(
        [[label == one for one in labels] for label, _ in written]
        + [[one == "neither" for one in labels]] * len(calm)
        + [[one != "now" for one in labels]] * len(told)
    )
    beside = EVERYDAY * len(written) / 2
    counts = [np.ones(len(written)), *(np.full(len(one), beside / max(1, len(one))) for one in (calm, told))]
    everything = [*documents, *calm, *told]
    words, said = _known(everything, len(written))
    rows = Rows(possible, np.ones_like(possible), np.concatenate(counts), np.ones(len(everything)))
    machine = softmax.fit(said, rows, np.zeros((len(words), 1)), PENALTY)
    idf = np.log((1 + len(everything)) / (1 + said.getnnz(axis=0))) + 1
    return Fitted(
        labels=labels,
        words=words,
        weights=np.column_stack([machine.weights, idf**2]).astype(np.float16).astype(np.float32),
        bias=machine.bias.astype(np.float32),
        temperature=1.0,
        threshold=0.0,
    )


def _known(documents: Sequence[Sequence[str]], written: int) -> tuple[tuple[str, ...], Any]:
    """The words that the written sentences, the first documents, hold or are made of; and how often all hold them."""
    words, _ = vocabulary(documents)
    own = strings(documents[:written], words).getnnz(axis=0) > 0
    kept = tuple(word for word, is_own in zip(words, own, strict=True) if is_own)
    return kept, strings(documents, kept)


def _written() -> Iterator[tuple[str, str]]:
    for number, line in enumerate(SENTENCES.read_text(encoding="utf-8").splitlines(), 1):
        label, bar, text = line.partition("|")
        if label not in (*DangerModel.LABELS, MOOD) or not bar:
            raise DataError(f"{SENTENCES}: line {number} does not begin with a label and |")
        yield label, text


def _with_outbursts(written: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each sentence alone and with somebody's anger or praise behind it, which tell nothing of danger."""
    rows = list(written)
    moods = cycle(text for label, text in rows if label == MOOD)
    for label, text in rows:
        if label == MOOD:
            yield "neither", text
        else:
            yield label, text
            yield label, f"{text}，{next(moods)}"


def _sentences(text: str) -> Sequence[str]:
    return [sentence for sentence in SENTENCE_END.split(text) if sentence.strip()]
