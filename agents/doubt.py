"""Take a hazard back where the passage that names it tells, as a whole, of none: mended, asked about, a nuisance."""

from msgspec.structs import replace

from models.danger import DangerModel
from models.segment import Tokens
from streams.matter import Facts


def run(tokens: Tokens, facts: Facts, model: DangerModel) -> Facts:
    """Return what is left of the facts; what is named twice, counts harm or tells of danger now is not doubted.

    Letters, whose manner the model knows least, name their danger more than once.
    """
    named = facts.quotes.get("hazard", ())
    if len(named) != 1 or facts.least or "immediate" in facts.quotes or model.believes(tokens, named[0].start):
        return facts
    return replace(
        facts,
        kind="none" if facts.kind == "隐患" else facts.kind,
        quotes={name: quotes for name, quotes in facts.quotes.items() if name != "hazard"},
    )
