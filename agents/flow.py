"""What happens to a record, top to bottom. The worker runs it, the docs draw it, the metrics are named after it."""

from typing import Final

from agents import (
    act,
    admit,
    alert,
    assemble,
    classify,
    clean,
    danger,
    deadline,
    doubt,
    emotion,
    escalate,
    facts,
    follow,
    forget,
    group,
    keywords,
    locate,
    revise,
    route,
    segment,
    sentiment,
    severity,
    weigh,
)
from models.danger import DangerModel
from models.gazetteer import Gazetteer
from models.harm import HarmLexicon
from models.keywords import KeywordWeights
from models.mood import EmotionModel, SentimentModel
from models.request import RequestModel
from models.rulepack import RulePack
from models.segment import Segmenter
from models.table import Table
from models.topic import TopicModel
from streams.matter import Arrival, Decision, Deployment, Forgetting, Known, Moment, Overdue
from streams.privacy.door import Door
from streams.protocols import Incidents
from streams.records import Post, Text
from streams.stage import Stage
from streams.township import Township

MODELS: Final = (
    Segmenter,
    Table,
    TopicModel,
    SentimentModel,
    EmotionModel,
    DangerModel,
    KeywordWeights,
    HarmLexicon,
    RulePack,
    RequestModel,
)
TOWNSHIP: Final = (Township, Gazetteer, Deployment, Door)
STATE: Final = (Incidents, group.Matters)

JUDGING: Final = (
    clean,  # the words, without markup
    segment,  # cut into words
    weigh,  # what the words weigh, for the next three
    classify,  # topic, which decides the office
    sentiment,  # mood; grades nothing
    emotion,  # feeling; grades nothing
    danger,  # which sentences sound like danger, by a model
    facts,  # who was hurt, how many, in whose words
    doubt,  # which dangers are only named
    severity,  # facts -> grade and warning, by rules with a source
)
FOLLOWING: Final = (
    locate,  # villages, roads, schools that the township knows
    group,  # the same matter is one incident
    keywords,  # what it is about, in eight words
    assemble,  # all of it: what is stored
    follow,  # the incident, with this post
    route,  # who must answer
    deadline,  # by when
    revise,  # what changed, numbered
    alert,  # worth waking somebody for?
)

POST: Final = Stage(
    "post",
    reads=("posts", "backfill"),  # keyed by township: one township, one order
    given=(Arrival, Known, Moment, *MODELS, *TOWNSHIP, *STATE),
    steps=(
        admit,  # pseudonym and masks, once more
        *JUDGING,
        *FOLLOWING,
    ),
    writes=("posts index", "incidents index", "history index", "alerts", "dead"),
)
ACTION: Final = Stage(
    "action",
    reads=("actions",),
    given=(Decision, Moment, *TOWNSHIP, *STATE),
    steps=(
        act,  # what an officer decided
        revise,
        alert,
    ),
    writes=("incidents index", "history index", "alerts", "dead"),
)
FORGET: Final = Stage(
    "forget",
    reads=("actions",),
    given=(Forgetting, Moment, *TOWNSHIP, *STATE),
    steps=(
        forget,  # an incident without what only forgotten posts said
        revise,
        alert,
    ),
    writes=("posts index", "incidents index", "history index", "alerts", "dead"),
)
TIMER: Final = Stage(
    "timer",
    given=(Overdue, Moment, *TOWNSHIP, *STATE),
    steps=(
        escalate,  # what was owed and has not come
        revise,
        alert,
    ),
    writes=("incidents index", "history index", "alerts"),
)
STAGES: Final = (POST, ACTION, FORGET, TIMER)

JUDGE: Final = Stage("judge", given=(Post, *MODELS), steps=JUDGING)
"""A post alone, without a store or a township's memory: `xiangyin judge`, whose answer names no place."""
GRADE: Final = Stage(
    "grade",
    given=(Text, Segmenter, Table, DangerModel, HarmLexicon, RulePack),
    steps=(segment, weigh, danger, facts, doubt, severity),
)
"""Severity alone, for measuring it."""
