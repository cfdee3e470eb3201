"""What did not pass our own door passes it before it is stored."""

from msgspec.structs import replace

from agents import admit
from streams.matter import Arrival
from tests.unit.agents.matters import DOOR, judged


def test_a_raw_handle_and_a_number_do_not_get_in() -> None:
    """Another program's post is made like ours, and ours stays as it is."""
    raw = replace(judged().post, author="阿强爱钓鱼", title="阿强爱钓鱼说", body="电话13812345678")
    post = admit.run(Arrival(raw), DOOR)
    assert "阿强爱钓鱼" not in f"{post}"
    assert "13812345678" not in f"{post}"
    assert admit.run(Arrival(post), DOOR) == post
