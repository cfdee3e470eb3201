"""What a batch needs to know of a flow: its stages, its memory of a township, what it knows of one."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from streams.protocols import Incidents
from streams.stage import Stage

Knowledge = Callable[[str], Mapping[type, object] | None]
"""What the steps know of a township, by type; None for a township that the deployment does not serve."""


class Flow(Struct, frozen=True):
    """The stages that posts, actions, incidents that lose posts, and timers go through."""

    post: Stage
    action: Stage
    forget: Stage
    timer: Stage
    incidents: Callable[[], Incidents]
    """Makes an empty memory of one township's incidents."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        return (self.post, self.action, self.forget, self.timer)
