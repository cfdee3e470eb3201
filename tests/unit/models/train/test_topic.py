"""What is learned of topics is what is served."""

from collections.abc import Sequence
from itertools import cycle
from math import log

import numpy as np
import pytest

from models.segment import Tokens
from models.topic import TopicModel
from models.train.corpus import Cut, Example
from models.train.design import designed
from models.train.machine import machine
from models.train.topic import fitted

TOPICS = {
    "环境保护": ("污染", "河水", "废气", "噪音"),
    "教育文体": ("学校", "老师", "补课", "教材"),
    "交通运输": ("公交车", "司机", "拒载", "打表"),
}


def cut(label: str, title: Sequence[str], body: Sequence[str], weight: float = 1) -> Cut:
    example = Example(title="", body="", label=label, source="", key="", part="train", weight=weight)
    return Cut(example=example, tokens=Tokens.of(title, body))


@pytest.fixture(scope="module")
def rows() -> list[Cut]:
    random = np.random.default_rng(3)
    idle = cycle(["我们", "这里", "请问", "，"])
    return [
        cut(label, random.choice(words, 2).tolist(), [*random.choice(words, 3).tolist(), next(idle), next(idle)])
        for label, words in TOPICS.items()
        for _ in range(30)
    ]


UNLABELLED = [Tokens.of((), ("运管", "司机", "公交车"))] * 5


def test_serving_gives_the_margins_of_training(rows: list[Cut]) -> None:
    """Folded into one row a word, looked up and added, the machines answer as they did when they were fitted."""
    model = fitted(rows, UNLABELLED)
    strange = Tokens.of(("污染",), ("河水", "河水", "污染物", "never"))
    documents = [*(row.tokens for row in rows), strange]
    plan = designed([row.tokens for row in rows], UNLABELLED)
    truth = np.searchsorted(model.labels, [row.example.label for row in rows])
    learned = machine(plan.matrix(documents[:-1]), truth, np.ones(len(rows)), plan.counted)
    served = TopicModel(model)
    for margins, tokens in zip(learned.margins(plan.matrix(documents)), documents, strict=True):
        logarithms = [log(share) for share in served.probabilities(served.table.sums(tokens))]
        found = [(one - logarithms[0]) * model.temperature for one in logarithms]
        assert found == pytest.approx(margins - margins[0], abs=2e-3)


def test_what_unlabelled_texts_say_of_a_word_counts(rows: list[Cut]) -> None:
    """运管 is in no labelled row, but in the company of 司机 and 公交车: it is a word of theirs."""
    model = TopicModel(fitted(rows, UNLABELLED))
    assert model.rank(model.table.sums(Tokens.of((), ("运管",)))).label == "交通运输"


def test_weights_count_like_copies(rows: list[Cut]) -> None:
    """A correction that counts five times moves the answer further than one that counts once."""
    wrong = ("司机", "拒载")

    def share(weight: float) -> float:
        model = TopicModel(fitted([*rows, cut("教育文体", wrong, wrong, weight)], []))
        return model.probabilities(model.table.sums(Tokens.of(wrong, wrong)))[model.labels.index("教育文体")]

    assert share(5) > share(1)
