"""The recipes are sources once their blanks are filled, and each says by which right."""

from pathlib import Path

import pytest

from deploy.recipes.catalogue import Recipe, recipes
from streams.source import Feed, parse_source

DOCS = Path(__file__).parents[3] / "docs" / "sources.md"


@pytest.mark.parametrize("recipe", recipes().values(), ids=recipes().keys())
def test_a_recipe_with_its_blanks_filled_is_a_source(recipe: Recipe) -> None:
    """A feed of the gateway whose items are held against the platform's own robots.txt, whatever the blanks hold."""
    text = recipe.source("http://127.0.0.1:1200/", "330206104", dict.fromkeys(recipe.blanks, "青溪 镇/1"))
    source = parse_source(text, Path("gate.yaml"))
    assert isinstance(source, Feed)
    assert (source.origin, source.served) == (recipe.origin, ("330206104000",))
    assert source.url.startswith("http://127.0.0.1:1200/")
    assert "%E9%9D%92%E6%BA%AA%20%E9%95%87%2F1" in source.url
    assert source.licence.startswith(recipe.right)


def test_a_blank_without_a_value_is_refused() -> None:
    """Rather than asking the gateway for a word in braces."""
    with pytest.raises(KeyError, match="keyword"):
        recipes()["weibo-keyword"].source("http://127.0.0.1:1200", "330206104", {})


def test_every_platform_of_a_recipe_stands_in_the_docs() -> None:
    """With its right: docs/sources.md is what an operator reads first."""
    text = DOCS.read_text("utf-8")
    assert [recipe.platform for recipe in recipes().values() if f"| {recipe.platform}" not in text] == []
