"""Let a post in: pseudonym, masks, 12 digits; once more, for what did not come through our own door."""

from streams.matter import Arrival
from streams.privacy.door import Door
from streams.records import Post


def run(arrival: Arrival, door: Door) -> Post:
    """The post as it may be stored; one that passed the crawler's door comes out as it went in."""
    return door.admit(arrival.post)
