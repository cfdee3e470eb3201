"""Reads the versioned template files of deploy/elasticsearch."""

import json
from importlib.resources import files

from streams.elasticsearch.indices import Template, Wanted, wanted
from streams.identity import county_inbox, padded


def templates(deployment: str) -> list[Template]:
    """The newest version of every template file `{kind}-v{version}.json`, filled in for this deployment."""
    newest: dict[str, Template] = {}
    for file in sorted(files("deploy").joinpath("elasticsearch").iterdir(), key=lambda file: file.name):
        kind, _, version = file.name.removesuffix(".json").rpartition("-v")
        if file.name.endswith(".json") and (kind not in newest or int(version) > newest[kind].version):
            body = json.loads(file.read_text("utf-8").replace("{deployment}", deployment))
            newest[kind] = Template(kind, int(version), body)
    return list(newest.values())


def indices(deployment: str, townships: list[str]) -> list[Wanted]:
    """Every index of a deployment, its townships' and their counties' inboxes."""
    codes = [padded(code) for code in townships]
    return wanted(deployment, templates(deployment), [*codes, *(county_inbox(code) for code in codes)])
