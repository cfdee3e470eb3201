"""What to do where a server does not answer: every command says the same."""

from typing import Final

START_KAFKA: Final = (
    "start it, or correct `kafka` or XIANGYIN_KAFKA; `xiangyin servers` starts an embedded one; "
    "one that encrypts or asks for a user needs `kafka_security_protocol` and its companions"
)

START_ELASTICSEARCH: Final = (
    "start it, or correct `elasticsearch` or XIANGYIN_ELASTICSEARCH; `xiangyin servers` starts an embedded one"
)
