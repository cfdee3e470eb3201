"""How many died, were hurt or are missing in all: one number for each field, out of what the sentences tell.

A sentence tells a number in one of these ways, and `add_up` puts them together, whichever sentence comes first:

| how | example | what it does |
| --- | --- | --- |
| of some | 3人遇难 | the greatest counts: the same people are told of again |
| of a part | 其中2人当场死亡 | nothing: its whole is told, too (`models/tally.py`) |
| of others | 另有1人死亡, 又有2人不治 | comes on top, unless a whole is told that holds it |
| of all so far | 遇难人数升至9人 | holds all that is told |
| put right | 死亡人数更正为4人 | replaces all that is told |
| taken back | 此前通报的5人有误 | nothing, where somebody corrects it by another number |
| of all but some | 其余全部遇难, 仅1人生还 | those who were there, less those who were saved (`models/survivors.py`) |

What befell others - in another year, in a statistic, in a film or a rumour - does not come here (`models/standing.py`).
"""

from models.numerals import Amount, added
from models.statements import Statements
from models.survivors import Crowd


def add_up(stated: Statements, text: str) -> None:
    """Leave one number for each field in `stated.amounts`, out of all that the sentences of `text` told."""
    for name, former in stated.former.items():
        if not (stated.corrects and stated.amounts.get(name)):
            stated.amounts[name] += former
    for name in stated.further.keys() | stated.later.keys():
        stated.amounts[name] = [_sum(stated, name)]
    for name, mended in stated.mended.items():
        stated.amounts[name] = mended
    if stated.shares and stated.least("deaths") <= 1:
        _add_share(stated, Crowd(text))


def _add_share(stated: Statements, crowd: Crowd) -> None:
    """Deaths told as a share of those who were there, where no sentence counts them."""
    for span, share in stated.shares.items():
        if amount := crowd.without(share):
            stated.amounts["deaths"].append(amount)
            stated.quotes["deaths"][span] = None


def _sum(stated: Statements, name: str) -> Amount:
    """The greatest amount, and those that come on top of it.

    A latest number holds all. One told of all together holds the further ones, if it is greater; so does one that
    a smaller number and the further ones make up, and any in a report, which names the whole in its first line.
    """
    amounts = stated.amounts[name]
    most = max(amounts, key=lambda amount: amount.rank, default=Amount(0, 0))
    if name in stated.latest and most.least:
        return most
    further, later = stated.further.get(name, []), stated.later.get(name, [])
    more = sum(amount.least for amount in further)
    made_up = any(amount.least + more == most.least for amount in amounts)
    if made_up or (most.least > more and (name != "deaths" or stated.press or name in stated.whole)):
        further = []
    return added([most, *further, *later])
