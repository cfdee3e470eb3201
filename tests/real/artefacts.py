"""Apache Kafka and Elasticsearch from Maven Central, fetched once into .cache/real by the machine's own Maven.

Neither is kept in the repository: Elasticsearch's licence is another one. A folder appears whole or not at all.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

KAFKA: Final = "4.1.1"
"""As in pom.xml."""

ELASTICSEARCH: Final = "8.19.21"
DISTRIBUTION: Final = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTICSEARCH}:zip"
"""Elastic's own for integration tests: the server with security, without scripts, ingest and lifecycles."""

JAVA: Final = 17
"""The oldest that both run on."""

HERE: Final = Path(__file__).parent
CACHE: Final = HERE.parents[1] / ".cache" / "real"
ASIDE: Final = ".part-"

PLUGIN: Final = f"""\
description=Answers GET /
name=root
version=1
classname=xiangyin.Root
java.version={JAVA}
elasticsearch.version={ELASTICSEARCH}
"""


class Unavailable(Exception):
    """The real servers cannot be had on this machine; says why and what to do."""


@cache
def missing() -> str:
    """What this machine lacks to run the real servers; empty when it lacks nothing."""
    if absent := [program for program in ("java", "javac", "mvn") if not shutil.which(program)]:
        return f"{', '.join(absent)} not found: install a JDK {JAVA} or newer, and Maven"
    said = _run("java", "-version").stderr
    found = re.search(r'version "(\d+)', said)
    if not found or int(found[1]) < JAVA:
        return f"Java {JAVA} or newer is needed, found: {said.splitlines()[0] if said else 'nothing'}"
    return ""


def kafka() -> Path:
    """The folder of Apache Kafka's jars.

    Raises:
        Unavailable: Java or Maven is missing, or Maven could not fetch.
    """
    return once(f"kafka-{KAFKA}-{_digest(HERE / 'pom.xml')}", _fetch_kafka)


def elasticsearch() -> Path:
    """The folder of Elasticsearch's distribution, with our plugin.

    Raises:
        Unavailable: Java or Maven is missing, or Maven could not fetch.
    """
    return once(f"elasticsearch-{ELASTICSEARCH}-{_digest(HERE / 'Root.java')}", _fetch_elasticsearch)


def once(name: str, fetch: Callable[[Path], None]) -> Path:
    """The folder of this name, made aside and then renamed: who is interrupted leaves no half of it.

    Raises:
        Unavailable: see above.
    """
    if lacking := missing():
        raise Unavailable(lacking)
    CACHE.mkdir(parents=True, exist_ok=True)
    made = CACHE / name
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Another run may be about to fetch the same.
        if not made.exists():
            for left in CACHE.glob(f"{ASIDE}*"):
                shutil.rmtree(left)
            with tempfile.TemporaryDirectory(dir=CACHE, prefix=ASIDE) as aside:
                fetch(Path(aside) / name)
                (Path(aside) / name).rename(made)
    return made


def _fetch_kafka(folder: Path) -> None:
    options = ("-DincludeScope=runtime", f"-DoutputDirectory={folder}")
    _maven("-f", str(HERE / "pom.xml"), "dependency:copy-dependencies", *options)


def _fetch_elasticsearch(folder: Path) -> None:
    aside = folder.parent
    _maven("dependency:copy", f"-Dartifact={DISTRIBUTION}", f"-DoutputDirectory={aside}")
    with zipfile.ZipFile(aside / f"elasticsearch-{ELASTICSEARCH}.zip") as packed:
        packed.extractall(aside)
    (aside / f"elasticsearch-{ELASTICSEARCH}").rename(folder)
    for program in (folder / "bin").iterdir():
        program.chmod(0o755)  # Python's zipfile forgets it.
    classes, plugin = aside / "classes", folder / "plugins" / "root"
    _demand("javac", "--release", str(JAVA), "-cp", f"{folder}/lib/*", "-d", str(classes), str(HERE / "Root.java"))
    plugin.mkdir(parents=True)
    (plugin / "plugin-descriptor.properties").write_text(PLUGIN, "utf-8")
    with zipfile.ZipFile(plugin / "root.jar", "w") as jar:
        for compiled in classes.rglob("*.class"):
            jar.write(compiled, compiled.relative_to(classes))


def _maven(*arguments: str) -> None:
    _demand("mvn", "--quiet", "--batch-mode", *arguments)


def _demand(*command: str) -> None:
    done = _run(*command)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise Unavailable(f"{' '.join(command)} ended with {done.returncode}: {' / '.join(said[:3])}")


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)  # noqa: S603 - our own


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
