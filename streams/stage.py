"""A stage of the flow: pure steps in order, wired together by the types of their parameters."""

from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import Any, Protocol, TypeVar, cast, get_type_hints

from streams.errors import StepFailed

T = TypeVar("T")


class Step(Protocol):
    """A module with one pure function `run`.

    The types of its parameters say what it may depend on, and it can depend on nothing else; the type of its
    answer is how later steps ask for it. An answer of a type that is there already replaces it. A step that
    may answer None ends the stage when it does.
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
            try:
                answer = call.run(*map(values.__getitem__, call.takes))
            except Exception as error:
                raise StepFailed(call.name, error) from error
            if answer is None:
                break
            values[call.gives] = answer
            if observe:
                observe(call.name)
        return Values(values)


Observe = Callable[[str], None]
"""Told the name of each step that ran: where metrics hook in."""


class _Call:
    """One step with its wiring: which types it takes and which it gives."""

    __slots__ = ("gives", "name", "run", "takes")

    def __init__(self, name: str, run: Callable[..., object], takes: tuple[type, ...], gives: type) -> None:
        self.name, self.run, self.takes, self.gives = name, run, takes, gives

    @classmethod
    def of(cls, step: Step, known: set[type]) -> "_Call":
        hints = get_type_hints(step.run)
        takes = tuple(hints[name] for name in signature(step.run).parameters)
        if missing := [kind.__name__ for kind in takes if kind not in known]:
            raise TypeError(f"step {_short(step)} asks for {', '.join(missing)}, which nothing before it gives")
        gives = _without_none(hints["return"])
        known.add(gives)
        return cls(_short(step), step.run, takes, gives)


def _short(step: Step) -> str:
    return step.__name__.rpartition(".")[2]


def _without_none(hint: Any) -> type:
    """`X` of `X | None`: a step that may answer None ends the stage when it does."""
    kinds = [kind for kind in getattr(hint, "__args__", (hint,)) if kind is not type(None)]
    return cast("type", kinds[0] if hasattr(hint, "__args__") and len(kinds) == 1 else hint)
