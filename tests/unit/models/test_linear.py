"""Several models read one table, and their margins become probabilities."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.linear import heads, probabilities, scale, scales
from models.segment import Tokens
from models.table import Table

WORDS = ("卫生", "卫生院", "医院", "不 好", "！")


def weights(*columns: float) -> NDArray[np.float32]:
    """One row a word, each the powers of two that tell whose weight is in a sum."""
    return np.array([[2.0**row * column for column in columns] for row in range(len(WORDS))], dtype=np.float32)


def test_models_that_share_a_table_answer_as_if_alone() -> None:
    """A shared table gives each model the sums that its own table would give it."""
    other = ("卫生", "学校", "不 好")
    second = np.array([[10.0], [20.0], [30.0]], dtype=np.float32)
    first_head, second_head = heads((WORDS, weights(1, 3)), (other, second))
    for words in (("卫生院", "学校"), ("不", "好"), ("卫生所",), ("！",), ()):
        tokens = Tokens.of(words[:1], words)
        alone, other_alone = Table(WORDS, weights(1, 3)).sums(tokens), Table(other, second).sums(tokens)
        sums = first_head.table.sums(tokens)
        assert first_head.of([sums])[:, 0].tolist() == alone.numbers.tolist()
        assert second_head.of([sums])[:, 0].tolist() == other_alone.numbers.tolist()


def test_probabilities_sum_to_one_however_large_the_margins() -> None:
    """No overflow; the largest margin has the largest share, and a higher temperature levels them."""
    assert probabilities(np.array([[1e6, 0.0, -1e6]]), 0.1).tolist() == [[1, 0, 0]]
    margins = np.array([[1.0, 0.0]])
    hot, cold = probabilities(margins, 10)[0], probabilities(margins, 0.5)[0]
    assert sum(hot) == pytest.approx(1)
    assert 0.5 < hot[0] < cold[0]


def test_an_empty_vector_has_no_scale() -> None:
    """Nothing is divided by zero."""
    assert (scale(0), scale(4)) == (0, 0.5)
    assert scales(np.array([0.0, 4.0])).tolist() == [0, 0.5]
