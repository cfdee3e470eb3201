"""Judges and groups posts in this process, without a server, by the steps that the worker runs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Final

from msgspec.structs import asdict, replace

from agents import flow
from agents.group import Matters
from deploy import knowledge, reading
from deploy.reading import Bad, Blocks, Read
from streams.errors import StepFailed
from streams.flow import Knowledge
from streams.identity import document_id
from streams.matter import Arrival, Deployment, Facts, Grouping, Known, Matter, Moment
from streams.privacy.door import Door
from streams.privacy.pseudonym import Pseudonyms
from streams.protocols import Earlier, Incidents
from streams.records import Emotion, Evidence, Position, Post, Sentiment, Severity, Topic
from streams.stage import Values
from streams.township import Township

NOWHERE: Final = "000000000000"
"""Stands for the township of posts that name none."""

Answer = dict[str, object]


class Judge:
    """Answers each line with what the steps say of it.

    Args:
        townships: whose places and words are known; the others are judged without.
    """

    def __init__(self, townships: Mapping[str, Township]) -> None:
        self._known = _Known(townships)

    def answers(self, blocks: Blocks) -> Iterator[list[Answer]]:
        """One answer a line, in order, a block of lines at a time; what cannot be judged is answered with `error`."""
        for lines in _read(blocks):
            posts = [_post(line) for line in lines if isinstance(line, Read)]
            judged = iter(flow.JUDGE.run_all({**self._known(post.township), Post: post} for post in posts))
            yield [_answer(line, next(judged)) if isinstance(line, Read) else asdict(line) for line in lines]


class Grouper:
    """Answers one line with its incident, as one worker would that had read these lines and nothing else."""

    def __init__(self, townships: Mapping[str, Township]) -> None:
        self._known = _Known(townships)
        self._empty = knowledge.empty_matters()
        self._matters: dict[str, Matters] = {}
        self._earlier: dict[str, Earlier] = {}
        self._offset = 0
        self._now = _EPOCH

    def answers(self, blocks: Blocks) -> Iterator[list[Answer]]:
        """One answer a line, in order. A line without a time is as old as the one before it."""
        for lines in _read(blocks):
            yield [self._answer(line) if isinstance(line, Read) else asdict(line) for line in lines]

    def _answer(self, line: Read) -> Answer:
        try:
            self._now = self._now if line.time is None else reading.moment(line.time)
            return {"id": line.id, "incident": self._incident(line)}
        except (ValueError, StepFailed) as error:
            return {"id": line.id, "error": str(error)}

    def _incident(self, line: Read) -> str | None:
        township = line.township or NOWHERE
        matters = self._matters.setdefault(township, self._empty())
        post = reading.post(line, fetched=self._now, township=township)
        document = document_id(township, post.source, post.id)
        self._offset += 1
        position = Position("lines", 0, self._offset)
        values = flow.POST.run(
            {
                **self._known(township),
                Arrival: Arrival(post),
                Moment: Moment(position, self._now, self._now, live=False, traceparent=""),
                Known: Known(document, self._offset, 0, self._earlier.get(document)),
                Matters: matters,
                Incidents: matters,
            }
        )
        if matter := values.get(Matter):
            matters.put(matter.now)
        incident = values[Grouping].incident
        self._earlier.setdefault(document, Earlier(self._offset, incident, position, ""))
        return incident


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class _Known:
    """Knowledge of a township; of one whom no file describes, what holds everywhere."""

    def __init__(self, townships: Mapping[str, Township]) -> None:
        self._served = _knowledge(townships)

    def __call__(self, code: str) -> Mapping[type, object]:
        return self._served(code) or self._everywhere

    @cached_property
    def _everywhere(self) -> Mapping[type, object]:
        return _knowledge({NOWHERE: knowledge.inbox(NOWHERE)})(NOWHERE) or {}


def _knowledge(townships: Mapping[str, Township]) -> Knowledge:
    return knowledge.knowledge(townships, Deployment("lines"), _DOOR)


_DOOR: Final = Door(Pseudonyms({0: bytes(32)}))
"""These posts have no author; the door only masks."""


def _read(blocks: Blocks) -> Iterator[list[Read | Bad]]:
    first = 1
    for lines in blocks:
        yield [*reading.read(lines, first)]
        first += len(lines)


def _post(line: Read) -> Post:
    return reading.post(line, fetched=_EPOCH, township=line.township or NOWHERE)


def _answer(line: Read, judged: Values | StepFailed) -> Answer:
    if isinstance(judged, StepFailed):
        return {"id": line.id, "error": str(judged)}
    topic = judged[Topic]
    return {
        "id": line.id,
        "topic": {"label": topic.label, "score": topic.score, "uncertain": topic.uncertain},
        "sentiment": judged[Sentiment],
        "emotion": judged[Emotion],
        "severity": _literal(judged[Severity], line),
        "facts": judged[Facts].toll,
    }


def _literal(severity: Severity, line: Read) -> Severity:
    """Quotes with the characters of the line as it came, markup and all: each is a literal substring of it."""
    if not severity.evidence:
        return severity
    whole = f"{line.title}\n{line.body}" if line.title else line.body
    quotes = tuple(Evidence(whole[quote.start : quote.end], quote.start, quote.end) for quote in severity.evidence)
    return replace(severity, evidence=quotes)
