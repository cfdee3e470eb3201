"""Fit the models of danger to sentences written for them, beside what people say every day."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, cycle
from pathlib import Path
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from models.artefact import Fitted
from models.danger import DangerModel
from models.harm import HarmLexicon
from models.passage import PassageModel, strings_of
from models.segment import SENTENCE_END, Segmenter
from models.train import corpus, softmax
from models.train.corpus import DataError
from models.train.softmax import Rows
from models.train.strings import scaled, strings
from models.train.vocabulary import LEAST_DOCUMENTS, vocabulary

SENTENCES: Final = Path(__file__).parent / "danger.txt"
"""One a line after its label, `now|...`: written for this project, under its licence. `mood|...` are outbursts."""
MOOD: Final = "mood"

EVERYDAY: Final = "everyday"
MESSAGE: Final = "message"
NAMED: Final = "named"
POSSIBLE: Final[Mapping[str, frozenset[str]]] = {
    **{label: frozenset({label}) for label in DangerModel.LABELS},
    EVERYDAY: frozenset({"neither"}),
    MESSAGE: frozenset({"hazard", "neither"}),
    NAMED: frozenset({"hazard", "neither"}),
}
"""What a sentence of each kind may tell of. Residents' messages tell of hazards, but seldom of people in danger;
those that are NAMED hold words of the lexicon for one."""
_NAMING: Final = frozenset({"hazard", "looming", "crack", "unsafe"})

BESIDE: Final = 2.0
MORE_BESIDE: Final = 6.0
"""What all everyday sentences count for beside the written ones, where one glances and where one reads."""

POSTS: Final = 12_000
"""Weibo posts learnt from; of the messages each other one. More change nothing but the time it takes."""

PENALTY: Final = 1e-4
"""Of the squares of the weights, against a mean loss."""

DOUBT: Final = 0.1
WORDS: Final = 0.2
"""What a message's sentence counts for as one that tells of no hazard, and a named one as one that does: the words are
right as often as not. So a letter's manner alone, which the written sentences seldom have, is no sign of either."""

TRUST: Final = 8.0
"""In the rows, against small weights (C); chosen, as what counts beside, by leaving one writer's sentences out."""

_BELIEVED: Final = {("hazard", MESSAGE): DOUBT, ("hazard", NAMED): WORDS}

Row = tuple[str, str]
"""A kind of POSSIBLE, and a sentence."""


class Learnt(Struct, frozen=True):
    """All that is learnt from."""

    written: Sequence[Row]
    with_outbursts: Sequence[Row]
    """The same with somebody's anger or praise behind it and before it, which tell nothing of danger."""
    others: Sequence[Row]
    """What people say every day, sentence by sentence."""

    @classmethod
    def of(
        cls, written: Iterable[Row], everyday: Iterable[str], messages: Iterable[str], lexicon: HarmLexicon
    ) -> "Learnt":
        """Put together; of `written`, what is a MOOD tells of neither."""
        rows = [(label, text) for label, text in written if label != MOOD]
        moods = [text for label, text in written if label == MOOD]
        some = cycle(moods)
        said = [part for text in messages for part in _sentences(text)]
        return cls(
            [*rows, *(("neither", mood) for mood in moods)],
            [(label, mix) for label, text in rows for mix in (f"{text}，{next(some)}", f"{next(some)}。{text}")],
            [
                *((EVERYDAY, part) for text in everyday for part in _sentences(text)),
                *((NAMED if _names_danger(part, lexicon) else MESSAGE, part) for part in said),
            ],
        )

    @property
    def rows(self) -> list[Row]:
        """The written ones first."""
        return [*self.written, *self.with_outbursts, *self.others]

    def counts(self, beside: float) -> NDArray[np.float64]:
        """What each row counts for: a written one 1; the posts, and the messages, each half of what is beside them."""
        posts = sum(kind == EVERYDAY for kind, _ in self.others)
        half = beside * (len(self.written) + len(self.with_outbursts)) / 2
        each = {EVERYDAY: half / max(1, posts)} | dict.fromkeys(
            (MESSAGE, NAMED), half / max(1, len(self.others) - posts)
        )
        return np.array([each.get(kind, 1.0) for kind, _ in self.rows])


def fitted_to(data: Path, segmenter: Segmenter) -> tuple[Fitted, Fitted]:
    """Fit both models beside the Weibo posts and the residents' messages of a folder.

    Returns:
        What DangerModel glances by, and what PassageModel reads by.

    Raises:
        DataError: a file of the data is missing or not as described, or the sentences are not.
    """
    chatter, _ = corpus.chatter(data)
    messages = [f"{title}\n{body}" for title, body in corpus.requests(data)]
    learnt = Learnt.of(written(), chatter[:POSTS], messages[::2], HarmLexicon.load())
    return glancing(learnt, segmenter), reading(learnt)


def written() -> list[Row]:
    """The sentences, and the outbursts as MOOD.

    Raises:
        DataError: a line does not begin with a label.
    """
    rows = []
    for number, line in enumerate(SENTENCES.read_text(encoding="utf-8").splitlines(), 1):
        label, bar, text = line.partition("|")
        if label not in (*DangerModel.LABELS, MOOD) or not bar:
            raise DataError(f"{SENTENCES}: line {number} does not begin with a label and |")
        rows.append((label, text))
    return rows


def glancing(learnt: Learnt, segmenter: Segmenter) -> Fitted:
    """Fit the weights of words."""
    labels, rows = DangerModel.LABELS, learnt.rows
    documents = [segmenter.cut(text) for _, text in rows]
    own, others = documents[: len(learnt.written)], documents[len(rows) - len(learnt.others) :]
    words, _ = vocabulary([*own, *others])
    held = strings(own, words).getnnz(axis=0) > 0
    known = tuple(compress(words, held))
    said = strings(documents, known)
    possible = np.array([[one in POSSIBLE[kind] for one in labels] for kind, _ in rows])
    told = Rows(possible, np.ones_like(possible), learnt.counts(BESIDE), np.ones(len(rows)))
    machine = softmax.fit(said, told, np.zeros((len(known), 1)), PENALTY)
    return _fitted(labels, known, np.column_stack([machine.weights, _rarity(said) ** 2]), machine.bias)


def reading(learnt: Learnt) -> Fitted:
    """Fit the weights of strings: one machine a label, against all rows that are likely none of it."""
    rows, counts = learnt.rows, learnt.counts(MORE_BESIDE)
    written = Counter(string for _, text in learnt.written for string in strings_of(text))
    known = tuple(sorted(string for string, times in written.items() if times >= LEAST_DOCUMENTS))
    said = _said([text for _, text in rows], known)
    rarity = _rarity(said)
    vectors, weights, bias = scaled(said, rarity), list[NDArray[np.float64]](), list[float]()
    for label, likely in (("hazard", {"hazard", NAMED}), ("now", {"now"})):
        # Whether danger now is a hazard, too, nobody has said; nor which messages tell of one, but few do.
        told = np.array([kind == label or kind != "now" for kind, _ in rows])
        doubt = np.array([_BELIEVED.get((label, kind), 1.0) for kind, _ in rows])
        machine = LogisticRegression(C=TRUST, solver="liblinear", tol=1e-3)
        machine.fit(vectors[told], [kind in likely for kind, _ in compress(rows, told)], (counts * doubt)[told])
        weights.append(machine.coef_[0] * rarity)
        bias.append(machine.intercept_[0])
    return _fitted(PassageModel.LABELS, known, np.column_stack([*weights, rarity**2]), np.array(bias))


def _fitted(
    labels: tuple[str, ...], words: tuple[str, ...], weights: NDArray[np.float64], bias: NDArray[np.float64]
) -> Fitted:
    return Fitted(
        labels=labels,
        words=words,
        weights=weights.astype(np.float16).astype(np.float32),
        bias=bias.astype(np.float32),
        temperature=1.0,
        threshold=0.0,
    )


def _rarity(said: Any) -> NDArray[np.float64]:
    """The inverse document frequency of each column."""
    rarity: NDArray[np.float64] = np.log((1 + said.shape[0]) / (1 + said.getnnz(axis=0))) + 1
    return rarity


def _said(texts: Iterable[str], known: Sequence[str]) -> Any:
    """Which of the known strings each text holds; shape (texts, strings)."""
    row_of = {string: row for row, string in enumerate(known)}
    found = [sorted(row_of[string] for string in strings_of(text) & row_of.keys()) for text in texts]
    ends = np.cumsum([0, *map(len, found)])
    return csr_matrix((np.ones(ends[-1]), np.concatenate(found), ends), (len(found), len(known)))


def _sentences(text: str) -> Sequence[str]:
    return [sentence for sentence in SENTENCE_END.split(text) if sentence.strip()]


def _names_danger(text: str, lexicon: HarmLexicon) -> bool:
    return any(word.category in _NAMING for word in lexicon.words(lexicon.plain(text)))
