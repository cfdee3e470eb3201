"""Elasticsearch as a child process: one node."""

import contextlib
import http.client
import os
import shutil
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from tests.real import artefacts
from tests.real.java import SMALL, JavaServer, free_port

NOBODY: Final = 65534
"""Elasticsearch refuses to run as root; then it runs as nobody."""


class Elasticsearch(JavaServer):
    """A search server in `folder`, on the same port at every start.

    Args:
        folder: see `JavaServer`; when we are root, everybody must be able to reach it.
        settings: lines of elasticsearch.yml besides ours, or in place of them.
        patience: see `JavaServer`.

    Attributes:
        url: where it is.
        headers: of the request whether it answers.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None, patience: float = 120.0) -> None:
        super().__init__(folder, patience=patience)
        self.port, self._transport = free_port(), free_port()
        self.url, self._settings = f"http://127.0.0.1:{self.port}", settings or {}
        self.headers: dict[str, str] = {}

    def prepare(self) -> None:
        """Write the configuration; let nobody write the data when we are root."""
        shutil.copytree(self.home() / "config", self.folder / "config", dirs_exist_ok=True)
        lines = {**self._defaults(), **self._settings}
        configuration = self.folder / "config" / "elasticsearch.yml"
        configuration.write_text("".join(f"{name}: {value}\n" for name, value in lines.items()), "utf-8")
        for name in ("data", "logs", "tmp"):
            (self.folder / name).mkdir(exist_ok=True)
        self.configure()
        if os.geteuid() == 0:
            for name in ("config", "data", "logs", "tmp"):
                _give(self.folder / name)

    def configure(self) -> None:
        """Add to the folder `config`; nothing here."""

    def command(self) -> list[str]:
        """Elastic's own script: it starts a JVM that starts the server's."""
        # The kernel forgets the keeper's wish at a change of user, so setpriv repeats it.
        user = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --pdeathsig=KILL".split()
        return [*(user if os.geteuid() == 0 else ()), str(self.home() / "bin" / "elasticsearch")]

    def environment(self) -> Mapping[str, str]:
        """Where its files are, which Java, how much memory."""
        java = Path(shutil.which("java") or "java").resolve().parents[1]
        return {
            "HOME": str(self.folder),
            "ES_PATH_CONF": str(self.folder / "config"),
            "ES_TMPDIR": str(self.folder / "tmp"),
            "ES_JAVA_HOME": str(java),
            "ES_JAVA_OPTS": " ".join(("-Xms256m", "-Xmx256m", "-XX:-UseG1GC", *SMALL)),
            # The script asks Java for its flags in a folder that it leaves behind: in ours.
            "CLI_JAVA_OPTS": " ".join(("-Xmx64m", f"-Djava.io.tmpdir={self.folder / 'tmp'}", *SMALL)),
        }

    def answers(self) -> bool:
        """Whether every index can be read and written again, as well as one node can have it."""
        asking = self.connection()
        with contextlib.closing(asking), contextlib.suppress(OSError, http.client.HTTPException):
            asking.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=2s", headers=self.headers)
            return asking.getresponse().status == HTTPStatus.OK
        return False

    def connection(self) -> http.client.HTTPConnection:
        """To the server; not open yet."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def home(self) -> Path:
        """The distribution, or a copy where its user can reach it."""
        home = artefacts.elasticsearch()
        if os.geteuid() or _reachable(home):
            return home
        copy = self.folder / "home"
        if not copy.exists():
            shutil.copytree(home, copy)
        return copy

    def _defaults(self) -> dict[str, str]:
        return {
            "cluster.name": "xiangyin-tests",
            "node.name": "one",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": str(self.port),
            "transport.port": str(self._transport),
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "xpack.security.enabled": "false",
            # A developer's disk is always nearly full.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }


def _reachable(folder: Path) -> bool:
    """Whether another user may walk there."""
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def _give(folder: Path) -> None:
    for each in (folder, *folder.rglob("*")):
        os.chown(each, NOBODY, NOBODY)
