"""Who calls is known by what he cannot choose."""

import pytest

from deploy.callers import peer_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:5::6", True),
        ("2001:db8:1:2:3::4", "2001:db8:1:3:3::4", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_all_addresses_of_an_owner_are_one_peer(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    """An IPv6 network is given to one customer, who may call from 2^64 addresses; an IPv4 address stands for itself."""
    assert (peer_of(one) == peer_of(other)) is same
