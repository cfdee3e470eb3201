"""Which writing of a document was read: the numbers by which the next one is fenced."""

from msgspec import Struct


class Fence(Struct, frozen=True):
    """Which writing it was: another writing has another one."""

    seq_no: int
    primary_term: int
    index: str = ""
