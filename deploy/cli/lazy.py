"""A group of commands whose modules are read when they are called: `xiangyin judge` loads no Kafka client."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, Final

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

Commands = Mapping[str, tuple[str, str]]
"""Name -> module of a package, and what it does."""

COMMANDS: Final[Commands] = {
    "demo": ("demo", "A small made-up county: crawl, judge, alert, before your eyes."),
    "init": ("init", "Make a deployment for one township, ready to edit."),
    "check": ("check", "Read the configuration and try every server; say what is wrong and how to mend it."),
    "run": ("run", "Crawl and work on one machine, restarted when something fails."),
    "crawl": ("crawl", "Fetch new posts from the sources and publish them."),
    "work": ("work", "Judge posts, keep incidents, send alerts."),
    "tell": ("tell", "Publish what a clerk read in public or was told."),
    "source": ("sources", "Sources of the deployment."),
    "import": ("importing", "Publish posts from a CSV or JSONL file."),
    "dead": ("dead", "Dead letters: list them, look at one, send it again, drop it."),
    "forget": ("forget", "Forget a post, or all that an author wrote."),
    "sweep": ("sweep", "Take away what is older than the retention."),
    "replay": ("replay", "Judge stored posts anew, by newer models."),
    "judge": ("judge", "Judge posts from JSONL, no server needed."),
    "group": ("group", "Group posts from JSONL into incidents, no server needed."),
    "topics": ("topics", "Topics of the deployment."),
    "indices": ("indices", "Indices of the deployment."),
    "servers": ("servers", "The embedded broker and search server alone, until Ctrl-C."),
    "train": ("train", "Rebuild the models from data files."),
    "evaluate": ("evaluate", "Measure the models on labelled posts, with intervals and plots."),
    "schema": ("schema", "JSON Schema of a record or of a configuration file."),
    "version": ("version", "Version of this program."),
}
"""What `xiangyin` can do."""


class LazyGroup(TyperGroup):
    """Lists its commands without reading them."""

    package: ClassVar[str] = "deploy.cli"
    modules: ClassVar[Commands] = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the name is typer's
        return list(self.modules)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in self.modules:
            return None
        return TyperCommand(name=cmd_name, help=self.modules[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        self.commands = {known: self.get_command(ctx, known) for known in self.modules}  # where it seeks near misses
        name, _, rest = super().resolve_command(ctx, args)
        return name, self.load(str(name)), rest

    @classmethod
    def load(cls, name: str) -> Any:
        """The command itself."""
        command = get_command(import_module(f"{cls.package}.{cls.modules[name][0]}").app)
        command.name = name
        return command
