"""How Faust is let in by the brokers."""

from faust.auth import SASLCredentials, SSLCredentials

from streams.kafka.access import Access


def credentials(access: Access) -> SASLCredentials | SSLCredentials | None:
    """What Faust wants in place of the arguments that other clients get.

    Raises:
        Misconfigured: the authority's file cannot be used.
    """
    context = access.context
    if access.authenticated:
        return SASLCredentials(
            username=access.user, password=access.password, ssl_context=context, mechanism=access.mechanism
        )
    return SSLCredentials(context) if context else None
