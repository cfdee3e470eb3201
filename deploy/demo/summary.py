"""What the demo says at its end, and whether all of it held."""

from deploy.demo.state import State, latest
from deploy.demo.view import gravity, line
from deploy.demo.words import Language, words


def holds(state: State, *, told: bool, leaked: bool) -> bool:
    """Whether the sums add up, the story came out as told, and nothing personal passed the door."""
    return bool(state.sums and state.sums.add_up) and told and not leaked


def lines(state: State, language: Language, *, told: bool, leaked: int, planted: int) -> list[str]:
    """The summary, a line each."""
    phrases, sums = words(language), state.sums
    found = [""]
    if sums:
        tick = "✓" if sums.add_up else "✗"
        counted = phrases["sums"].format(
            crawled=sums.crawled, indexed=sums.indexed, unchanged=sums.unchanged, dead=sums.dead
        )
        found += [f"{tick} {counted}", f"{tick} {phrases['lost'].format(lost=sums.lost, doubled=sums.doubled)}"]
    found.append(f"{'✗' if leaked else '✓'} {phrases['leaked'].format(leaked=leaked, planted=planted)}")
    found.append(f"{'✓' if told else '✗'} {phrases['told']}")
    if state.alerts:
        first = min(alert.second for alert in state.alerts)
        matters = phrases["matters"].format(
            matters=len(latest(state.alerts)), alerts=len(state.alerts), first=f"{first:.1f}"
        )
        found.append(f"  {matters}")
        gravest = sorted(latest(state.alerts), key=gravity, reverse=True)
        found += [f"    {line(alert, state, language)}" for alert in gravest]
    return found
