"""Rare pairs of characters weigh more than common ones."""

from pathlib import Path

import pytest

from models import similarity
from models.similarity import LEAST, counted, pairs


def test_no_pair_crosses_punctuation() -> None:
    """What a comma parts is not read together."""
    assert pairs("围墙，倒了") == {"围墙", "倒了"}


def test_common_pairs_say_little() -> None:
    """小区 stands in a tenth of all messages, an unknown name in none."""
    rarity = similarity.load()
    assert rarity.of("小区") < 0.5 < rarity.of("围墙") < rarity.of("鼬鲼") == 1.0


def test_a_name_of_few_documents_is_not_kept() -> None:
    """No resident can be read out of the table."""
    table = counted([*["停水了"] * LEAST, *["钱多多停电"] * (LEAST - 1)])
    assert set(table.counts) == {"停水", "水了"}


def test_the_same_documents_give_the_same_bytes() -> None:
    """Training again changes nothing."""
    texts = ["停水了", "停电了"] * LEAST
    assert counted(texts).stored() == counted(reversed(texts)).stored()


@pytest.mark.parametrize("content", [b"{}", b"no json", b'{"documents": 5, "counts": {}}'])
def test_a_broken_table_is_named_with_its_remedy(tmp_path: Path, content: bytes) -> None:
    """A damaged file stops the start and says what to do."""
    (tmp_path / "rarity.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"rarity\.json.*xiangyin train"):
        similarity.load(tmp_path / "rarity.json")
