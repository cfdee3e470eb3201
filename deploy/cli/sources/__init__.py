"""`xiangyin source`: its commands, read when they are called."""

from typing import ClassVar

import typer

from deploy.cli.lazy import Commands, LazyGroup


class SourceGroup(LazyGroup):
    """What can be done with sources."""

    package: ClassVar[str] = "deploy.cli.sources"
    modules: ClassVar[Commands] = {
        "list": ("listing", "How every source stands, and which part of what it listed today is published."),
        "try": ("trying", "Fetch a source as the crawler would, and show what would be published; nothing is."),
        "add": ("adding", "Look at an address, as robots.txt allows, and propose a source for it."),
        "recipes": ("recipes", "Platforms that are heard through a gateway of your own."),
        "secret": ("secret", "Make a secret for a source of kind webhook."),
    }


app = typer.Typer(cls=SourceGroup, add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Sources of the deployment."""
