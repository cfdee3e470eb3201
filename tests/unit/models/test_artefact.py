"""A trained model is read back as it was written, or refused by name."""

from pathlib import Path

import numpy as np
import pytest

from models import artefact
from models.artefact import Fitted, Unusable, load, save

MODEL = Fitted(
    labels=("甲", "乙"),
    words=("医院", "学校", "！"),
    weights=np.array([[0.5, -0.25, 1.0], [2.0, 0.0, 4.0], [1.0, 1.0, 1.0]], dtype=np.float32),
    bias=np.array([0.125, -0.1], dtype=np.float32),
    temperature=0.5,
    threshold=0.75,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path, "model", MODEL)
    return tmp_path


def test_what_is_read_is_what_was_written(folder: Path) -> None:
    """Words, labels and numbers survive the disk."""
    read = load(folder, "model", fields=1)
    assert (read.labels, read.words, read.temperature, read.threshold) == (MODEL.labels, MODEL.words, 0.5, 0.75)
    assert np.array_equal(read.weights, MODEL.weights)
    assert np.array_equal(read.bias, MODEL.bias)


def test_the_same_model_gives_the_same_bytes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No time and no chance gets into the files."""
    other = tmp_path_factory.mktemp("other")
    save(other, "model", MODEL)
    for name in ("model.npz", "model.json"):
        assert (folder / name).read_bytes() == (other / name).read_bytes()


@pytest.mark.parametrize("name", ["model.npz", "model.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """The message says which file is missing and how to mend it."""
    (folder / name).unlink()
    with pytest.raises(Unusable, match=rf"{name}: cannot be read.*xiangyin train"):
        load(folder, "model", fields=1)


@pytest.mark.parametrize("at", [0, 40, -1])
def test_one_wrong_byte_is_found(folder: Path, at: int) -> None:
    """Numbers that are not those that were trained are never used."""
    file = folder / "model.npz"
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises(Unusable, match=r"model\.npz: is not the file"):
        load(folder, "model", fields=1)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema":1}', b"\xff\xfe", b"null"])
def test_a_damaged_description_is_named(folder: Path, content: bytes) -> None:
    """Whatever stands in the .json, the message names the file."""
    (folder / "model.json").write_bytes(content)
    with pytest.raises(Unusable, match=r"model\.json: is not the description"):
        load(folder, "model", fields=1)


def test_another_schema_is_refused(folder: Path) -> None:
    """A model of a newer program is not guessed at."""
    file = folder / "model.json"
    file.write_bytes(file.read_bytes().replace(b'"schema": 1', b'"schema": 2'))
    with pytest.raises(Unusable, match="schema 2"):
        load(folder, "model", fields=1)


def test_a_model_of_other_fields_is_refused(folder: Path) -> None:
    """Weights for one field do not pass for weights for two."""
    with pytest.raises(Unusable, match="shapes"):
        load(folder, "model", fields=2)


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    """A training run that failed cannot make every score a NaN."""
    weights = MODEL.weights.copy()
    weights[0, 0] = np.nan
    save(tmp_path, "model", Fitted(**{**{f: getattr(MODEL, f) for f in MODEL.__struct_fields__}, "weights": weights}))
    with pytest.raises(Unusable, match="not finite"):
        load(tmp_path, "model", fields=1)


def test_no_pickle_is_read(tmp_path: Path) -> None:
    """An array of objects, which could run code when read, is refused."""
    save(tmp_path, "model", MODEL)
    numbers = tmp_path / "model.npz"
    digest = artefact.digest(numbers)
    np.savez(numbers, weights=np.array([{}], dtype=object), bias=MODEL.bias)
    description = tmp_path / "model.json"
    description.write_text(description.read_text().replace(digest, artefact.digest(numbers)))
    with pytest.raises(Unusable, match=r"model\.npz"):
        load(tmp_path, "model", fields=1)
