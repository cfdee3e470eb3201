"""A stage of the flow: pure steps in order, wired together by the types of their parameters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from inspect import signature
from typing import Any, Protocol, TypeVar, cast, get_type_hints

from streams.errors import StepFailed

T = TypeVar("T")


class Step(Protocol):
    """A module with one pure function `run`.

    The types of its parameters say what it may depend on, and it can depend on nothing else; the type of its
    answer is how later steps ask for it. An answer of a type that is there already replaces it. A step that
    may answer None ends the stage when it does.

    It may have a second function, `run_all`, for what costs less for many records at once: it takes a sequence in place
    of each value, and returns the answers that `run` would give, in order.
    """

    __name__: str

    @property
    def run(self) -> Callable[..., Any]: ...


class Values:
    """What is known about one record: one value a type."""

    __slots__ = ("_by_type",)

    def __init__(self, given: Mapping[type, object]) -> None:
        self._by_type = given

    def __getitem__(self, kind: type[T]) -> T:
        return cast("T", self._by_type[kind])

    def get(self, kind: type[T]) -> T | None:
        """The value of this type, or None where the stage ended before it."""
        return cast("T | None", self._by_type.get(kind))


class Stage:
    """Steps in the order in which they run.

    Args:
        name: of the stage, in metrics and in the picture of the flow.
        given: types of the values that the caller passes to `run`.
        reads: roles of the topics whose records go through this stage.
        steps: modules with a function `run`, first to last.
        writes: what the stage's answers end up in.

    Raises:
        TypeError: a step asks for a type that nothing before it gives.
    """

    def __init__(
        self,
        name: str,
        *,
        given: Iterable[type],
        reads: tuple[str, ...] = (),
        steps: tuple[Step, ...],
        writes: tuple[str, ...] = (),
    ) -> None:
        self.name, self.reads, self.writes = name, reads, writes
        self.steps = tuple(_short(step) for step in steps)
        known = set(given)
        self._calls = tuple(_Call.of(step, known) for step in steps)

    def run(self, given: Mapping[type, object], observe: "Observe | None" = None) -> Values:
        """Run every step over the given values, and return all that is known at the end.

        Raises:
            StepFailed: a step raised; its name and the cause are in it.
        """
        values = dict(given)
        for call in self._calls:
            answer = call.answer(values)
            if answer is None:
                break
            values[call.gives] = answer
            if observe:
                observe(call.name)
        return Values(values)

    def run_all(self, given: Iterable[Mapping[type, object]]) -> list[Values | StepFailed]:
        """Return what `run` returns or raises for each record.

        Each step runs over all records before the next one does: its code and its tables stay in the processor's cache.
        """
        known = [dict(values) for values in given]
        outcomes: list[Values | StepFailed] = [Values(values) for values in known]
        going = [*enumerate(known)]
        for call in self._calls:
            answers = call.answers([values for _, values in going])
            going_on = []
            for (place, values), answer in zip(going, answers, strict=True):
                if isinstance(answer, StepFailed):
                    outcomes[place] = answer
                elif answer is not None:
                    values[call.gives] = answer
                    going_on.append((place, values))
            going = going_on
        return outcomes


Observe = Callable[[str], None]
"""Told the name of each step that ran: where metrics hook in."""


class _Call:
    """One step with its wiring: which types it takes and which it gives."""

    __slots__ = ("_run", "_run_all", "_takes", "gives", "name")

    def __init__(self, step: Step, takes: tuple[type, ...], gives: type) -> None:
        self.name, self.gives = _short(step), gives
        self._takes, self._run, self._run_all = takes, step.run, getattr(step, "run_all", None)

    @classmethod
    def of(cls, step: Step, known: set[type]) -> "_Call":
        hints = get_type_hints(step.run)
        takes = tuple(hints[name] for name in signature(step.run).parameters)
        if missing := [kind.__name__ for kind in takes if kind not in known]:
            raise TypeError(f"step {_short(step)} asks for {', '.join(missing)}, which nothing before it gives")
        gives = _without_none(hints["return"])
        known.add(gives)
        return cls(step, takes, gives)

    def answer(self, values: Mapping[type, object]) -> object:
        """What the step says of one record.

        Raises:
            StepFailed: the step raised.
        """
        try:
            return self._run(*map(values.__getitem__, self._takes))
        except Exception as error:
            raise StepFailed(self.name, error) from error

    def answers(self, records: Sequence[Mapping[type, object]]) -> Iterable[object]:
        """What the step says of each record; a StepFailed where it raised."""
        if self._run_all and records:
            with suppress(Exception):  # which of the records it was, is found out one by one
                return cast("Iterable[object]", self._run_all(*([v[kind] for v in records] for kind in self._takes)))
        return map(self._outcome, records)

    def _outcome(self, values: Mapping[type, object]) -> object:
        try:
            return self.answer(values)
        except StepFailed as failure:
            return failure


def _short(step: Step) -> str:
    return step.__name__.rpartition(".")[2]


def _without_none(hint: Any) -> type:
    """`X` of `X | None`: a step that may answer None ends the stage when it does."""
    kinds = [kind for kind in getattr(hint, "__args__", (hint,)) if kind is not type(None)]
    return cast("type", kinds[0] if hasattr(hint, "__args__") and len(kinds) == 1 else hint)
