"""What is taught beside the rows contradicts nothing and is learnt."""

from models.load import load
from models.segment import Segmenter
from models.train.mood import POLARITY
from models.train.taught import CIVIC, FACES, OFFICES, taught

ROWS = taught(Segmenter())


def test_nothing_is_taught_twice() -> None:
    """No face and no phrase stands under two moods, or twice under one."""
    for words in (FACES, OFFICES):
        every = " ".join(words.values()).split()
        assert len(set(every)) == len(every)


def test_a_face_has_a_sign_and_a_phrase_may_have_none() -> None:
    """A face is positive or negative among what has a sign; talk of offices may be neutral, too."""
    assert {row.example.source for row in ROWS if row.example.body.startswith("[")} == {POLARITY}
    assert {row.example.label for row in ROWS if row.example.source == CIVIC} == {"negative", "neutral", "positive"}
    assert all(row.example.part == "train" for row in ROWS)


def test_what_is_taught_is_learnt() -> None:
    """Nineteen phrases in twenty, alone, are read by the model as they were taught."""
    trained = load()
    civic = [row for row in ROWS if row.example.source == CIVIC]
    right = [trained.sentiment.leaning(trained.table.sums(row.tokens)).label == row.example.label for row in civic]
    assert sum(right) >= 0.95 * len(civic)
