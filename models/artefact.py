"""A trained model on disk: numbers in an .npz, words and all else in a .json beside it; no pickle."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
from msgspec import DecodeError, Struct, ValidationError, json
from numpy.typing import NDArray

SCHEMA: Final = 1
FOLDER: Final = Path(__file__).parent / "weights"
"""Where the models that come with the program stand."""

REMEDY: Final = "install the program again, or train the models with `xiangyin train DATA`"


class Unusable(ValueError):
    """A model's file is missing, damaged or of another version; the message names the file and the remedy."""


class Fitted(Struct, frozen=True, kw_only=True):
    """A linear model as trained.

    `weights` has shape (words, columns): for each field of the input one column a label, then the square of the
    word's idf. `bias` has shape (labels,). Below `threshold` an answer is uncertain.
    """

    labels: tuple[str, ...]
    words: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    threshold: float


class _Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: int
    labels: tuple[str, ...]
    temperature: float
    threshold: float
    digest: str
    """SHA-256 of the .npz beside it."""
    words: tuple[str, ...]


def save(folder: Path, name: str, model: Fitted) -> None:
    """Write `{name}.npz` and `{name}.json`; the same model gives the same bytes."""
    numbers = folder / f"{name}.npz"
    np.savez_compressed(numbers, weights=model.weights.astype(np.float16), bias=model.bias)
    header = _Header(
        schema=SCHEMA,
        labels=model.labels,
        temperature=model.temperature,
        threshold=model.threshold,
        digest=digest(numbers),
        words=model.words,
    )
    # One word a line, so that a reviewer reads what is in it, and a change shows which words came and went.
    (folder / f"{name}.json").write_bytes(json.format(json.encode(header), indent=1) + b"\n")


def load(folder: Path, name: str, *, fields: int) -> Fitted:
    """Read a model and check it.

    Args:
        folder: where the two files stand.
        name: of the model, without an ending.
        fields: how many fields of the input the model reads, each with its own weights.

    Raises:
        Unusable: a file is missing, damaged, of another schema, not finite, or of a shape that does not fit.
    """
    header = _header(folder / f"{name}.json")
    file = folder / f"{name}.npz"
    arrays = _arrays(file, header.digest)
    weights, bias = arrays.get("weights"), arrays.get("bias")
    if weights is None or bias is None:
        raise Unusable(f"{file}: holds {sorted(arrays)}, not weights and bias; {REMEDY}")
    expected = (len(header.words), fields * len(header.labels) + 1)
    if weights.shape != expected or bias.shape != (len(header.labels),):
        raise Unusable(f"{file}: shapes {weights.shape} and {bias.shape} where {expected} was expected; {REMEDY}")
    if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
        raise Unusable(f"{file}: holds numbers that are not finite; {REMEDY}")
    return Fitted(
        labels=header.labels,
        words=header.words,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        temperature=header.temperature,
        threshold=header.threshold,
    )


def digest(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _header(file: Path) -> _Header:
    try:
        header = json.decode(file.read_bytes(), type=_Header)
    except OSError as error:
        raise Unusable(f"{file}: cannot be read ({error.strerror}); {REMEDY}") from error
    except (DecodeError, ValidationError, UnicodeDecodeError) as error:
        raise Unusable(f"{file}: is not the description of a model ({error}); {REMEDY}") from error
    if header.schema != SCHEMA:
        raise Unusable(f"{file}: schema {header.schema}, this program reads {SCHEMA}; {REMEDY}")
    if not header.temperature > 0:
        raise Unusable(f"{file}: temperature {header.temperature} is not above 0; {REMEDY}")
    return header


def _arrays(file: Path, expected: str) -> Mapping[str, NDArray[np.float32]]:
    try:
        matches = digest(file) == expected
    except OSError as error:
        raise Unusable(f"{file}: cannot be read ({error.strerror}); {REMEDY}") from error
    if not matches:
        raise Unusable(f"{file}: is not the file that its .json describes (SHA-256 differs); {REMEDY}")
    try:
        with np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, BadZipFile, KeyError, ValueError) as error:
        # numpy says ValueError for arrays of objects, which would need pickle.
        raise Unusable(f"{file}: is damaged ({error}); {REMEDY}") from error
