"""Officers see whether new models do better where the old ones were corrected."""

import json
from datetime import UTC, datetime
from pathlib import Path

from deploy.evaluation.corrected import INSTALLED, RULES, evaluate
from models.artefact import FOLDER
from models.correction import Correction, Field, Label
from models.train.corpus import key_of

LAMP = "小区门口的路灯坏了一个月，道路很黑"


def correction(field: Field, new: Label, old: Label = None, body: str = LAMP) -> Correction:
    time = datetime(2026, 3, 1, tzinfo=UTC)
    return Correction(body=body, field=field, old=old, new=new, role="duty", time=time, reason="看错了")


def test_each_field_is_counted() -> None:
    """Models as they are installed, and rules; what is still wrong is named by its line."""
    found = evaluate(
        {
            1: correction("topic", "城乡建设"),
            2: correction("topic", "卫生计生", body="路灯不亮，请修好路灯"),
            3: correction("grade", "IV", body="东村公路发生车祸，造成2人死亡"),
            4: correction("deaths", 2, body="东村公路发生车祸，造成2人死亡"),
            5: correction("deaths", None, 3),
            6: correction("hazard", new=False, old=True),
        },
        "file",
    )
    counted = {(one.what, one.rows): (one.met, one.count) for one in found.shares}
    assert counted["topic", INSTALLED] == (1, 2)
    assert counted["deaths", RULES] == (2, 2)
    assert counted["hazard", RULES] == (1, 1)
    assert found.notes[0].startswith("still wrong: ")
    assert "2" in found.notes[0]


def test_what_new_models_learnt_from_is_counted_apart(tmp_path: Path) -> None:
    """Of corrections that they were trained on they know the answers: those say less."""
    for file in FOLDER.iterdir():
        if file.name != "split.json":
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / "split.json").write_text(json.dumps({"topic": {"test": [], "corrected": [key_of(LAMP)]}}))
    found = evaluate(
        {1: correction("topic", "城乡建设"), 2: correction("topic", "城乡建设", body="路灯不亮")}, "file", tmp_path
    )
    counted = {one.rows: one.count for one in found.shares}
    assert counted == {INSTALLED: 2, f"{tmp_path}, learnt from": 1, str(tmp_path): 1}
