"""How well harm and danger are read: `python bench/severity.py [--half A|B] [--errors]` prints the table of the card.

Half A is what the words and rules were tuned on; half B was not looked at. The halves are split by a hash of the id.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from deploy.grading import Grader
from models.evaluation.halves import half
from streams.matter import Facts
from streams.records import Severity, Text

DATA: Final = Path(__file__).parents[2] / "shared" / "data"
GRADES: Final = {"特别重大": "I", "重大": "II", "较大": "III", "一般": "IV", "无": "none"}

Judged = tuple[dict[str, Any], Facts, Severity]


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a data file."""
    with (DATA / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def right_grade(row: dict[str, Any], found: Severity) -> bool:
    """Whether the grade equals either defensible reading."""
    return found.grade in {GRADES[row["grade"]], GRADES.get(row["grade_alt"] or "", "")}


def right_deaths(row: dict[str, Any], stated: Facts) -> bool:
    """Whether the number of deaths is right; not said and none so far count alike."""
    return (stated.toll.deaths or 0) == (row["deaths"] or 0)


def scores(pairs: Iterable[tuple[bool, bool]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of (truth, found)."""
    pairs = list(pairs)
    hits = sum(truth and found for truth, found in pairs)
    precision = hits / max(1, sum(found for _, found in pairs))
    recall = hits / max(1, sum(truth for truth, _ in pairs))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def share(values: Iterable[bool]) -> str:
    """A share with its count and its 95 % interval (Wilson)."""
    values = list(values)
    hits, count, z = sum(values), max(1, len(values)), 1.96
    middle = (hits + z * z / 2) / (count + z * z)
    reach = z * math.sqrt(hits * (count - hits) / count + z * z / 4) / (count + z * z)
    return f"{hits / count:.3f} ({hits}/{len(values)}), {max(0.0, middle - reach):.2f}-{min(1.0, middle + reach):.2f}"


def report(name: str, judged: list[Judged]) -> None:
    """Print one column of the card."""
    reports = [entry for entry in judged if entry[0]["picked"] == "all"]
    messages = [entry for entry in judged if entry[0]["picked"] != "all"]
    everyday = [entry for entry in judged if entry[0]["picked"] == "random"]
    print(f"== {name}: {len(reports)} reports, {len(messages)} messages")
    print("exact grades on reports      ", share(right_grade(row, found) for row, _, found in reports))
    print("deaths on reports            ", share(right_deaths(row, stated) for row, stated, _ in reports))
    print(
        "kinds on reports             ",
        share(found.kind in {row["kind"], row["kind_alt"]} for row, _, found in reports),
    )
    print("grades on messages           ", share(right_grade(row, found) for row, _, found in messages))
    print(
        "random messages wrongly graded", share(not right_grade(row, f) and f.grade != "none" for row, _, f in everyday)
    )
    for signal in ("hazard", "immediate"):
        numbers = scores((row[signal], getattr(found, signal)) for row, _, found in judged)
        print(f"{signal:<29} precision {numbers[0]:.3f} recall {numbers[1]:.3f} F1 {numbers[2]:.3f}")


def errors(judged: list[Judged]) -> None:
    """Print what went wrong, by id."""
    for row, stated, found in judged:
        wrong = (
            [] if right_grade(row, found) else [f"grade {row['grade']}{row['grade_alt'] and '/' + row['grade_alt']}"]
        )
        if row["picked"] == "all" and not right_deaths(row, stated):
            wrong.append(f"deaths {row['deaths']}")
        wrong += [f"{s} {row[s]}" for s in ("hazard", "immediate") if row[s] != getattr(found, s)]
        if wrong:
            print(row["id"], "should be", wrong, "\n   found", found.grade, found.kind, found.rules, stated.least)
            print(
                "   ",
                {name: [quote.text for quote in quotes][:3] for name, quotes in stated.quotes.items()},
                row["note"],
            )


def everyday(grade: Grader, show: int) -> None:
    """Count how many unlabelled everyday messages get a grade, and how long a text takes."""
    for name in ("messages_stream.jsonl", "messages_replied.jsonl"):
        texts = [(row["title"], row.get("body") or row.get("message") or "") for row in rows(name)]
        begin = time.process_time()
        judged = [grade(Text(title or "", body)) for title, body in texts]
        spent = time.process_time() - begin
        length = sum(len(title or "") + len(body) for title, body in texts) / len(texts)
        graded = [index for index, (_, found) in enumerate(judged) if found.grade != "none"]
        print(f"{name}: {len(graded)} of {len(texts)} graded ({len(graded) / len(texts):.4f}), "
              f"hazard {sum(f.hazard for _, f in judged)}, immediate {sum(f.immediate for _, f in judged)}, "
              f"{spent / len(texts) * 1e6:.0f} us each of {length:.0f} characters")  # fmt: skip
        for index in graded[:: max(1, len(graded) // show)] if show else []:
            stated, found = judged[index]
            print(" ", name[9:15], index, found.grade, found.kind, found.rules, stated.least)
            print("     ", texts[index][0][:50], "|", [quote.text for quote in found.evidence][:4])


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--half", choices=["A", "B"])
    options.add_argument("--errors", action="store_true")
    options.add_argument("--show", type=int, default=0)
    chosen = options.parse_args()
    grade = Grader()
    judged = [(row, *grade(Text("", row["text"]))) for row in rows("severity_labelled.jsonl")]
    for name in [chosen.half] if chosen.half else ["A", "B"]:
        part = [entry for entry in judged if half(entry[0]["id"]) == name]
        report(f"half {name}", part)
        if chosen.errors:
            errors(part)
    everyday(grade, chosen.show)


if __name__ == "__main__":
    main()
