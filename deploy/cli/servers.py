"""`xiangyin servers`."""

import signal
import threading
from typing import Annotated

import typer

from deploy.embedded import EmbeddedServers
from streams.errors import Busy

app = typer.Typer(add_completion=False)

Port = Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")]


@app.command()
def command(kafka_port: Port = 0, elasticsearch_port: Port = 0) -> None:
    """Run the embedded broker and search server on loopback, in memory, until Ctrl-C.

    Prints the two variables by which every other command finds them.
    """
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with EmbeddedServers(kafka_port=kafka_port, elasticsearch_port=elasticsearch_port) as servers:
        typer.echo(f"export XIANGYIN_KAFKA={servers.kafka}")
        typer.echo(f"export XIANGYIN_ELASTICSEARCH={servers.elasticsearch}")
        typer.echo("Running until Ctrl-C; nothing is kept.", err=True)
        while servers.running and not ended.wait(0.5):
            pass
        if not ended.is_set():
            raise Busy("one of the servers has ended by itself; start them again")
    typer.echo("Both servers have ended.", err=True)
