"""A Faust agent written the obvious way, to show why ours is not: run as a process of its own by a test.

Usage: naive_worker.py OPTIONS, a JSON object: servers, topic, group, datadir, fail_at (the value that fails).
It acknowledges by hand, and only what succeeded; an exception is let out.
"""

import json
import sys
from typing import Any

import faust


def main(options: dict[str, str]) -> None:
    app = faust.App(
        options["group"],
        broker=f"kafka://{options['servers']}",
        autodiscover=False,
        broker_commit_interval=0.2,
        broker_heartbeat_interval=0.3,
        broker_request_timeout=5.0,
        broker_session_timeout=2.0,
        datadir=options["datadir"],
        stream_wait_empty=True,
        topic_allow_declare=False,
        topic_disable_leader=True,
        value_serializer="raw",
        web_enabled=False,
    )
    app.boot_strategy.enable_web = False
    read = app.topic(options["topic"], value_type=bytes)

    @app.agent(read)
    async def work(stream: Any) -> None:
        async for events in stream.noack_take(1, within=0.05):
            if events[0].value.decode() == options["fail_at"]:
                raise RuntimeError("the batch fails, as asked")
            events[0].ack()

    app.finalize()
    faust.Worker(app, loglevel="CRITICAL", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
