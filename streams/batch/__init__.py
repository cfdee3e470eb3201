"""Judge a batch of records, and store what follows, so that each record counts exactly once.

Kafka is the log, Elasticsearch the state, the worker's memory a cache. A record may come again at any time (a
crash, a rebalance, a worker that slept), and a second worker may believe that it owns the same township. So:

0. recall     what the store holds of the batch's posts: a stored post keeps its incident, a forgotten one is dropped
1. decide     record by record, in memory
2. posts      written first, with their incident: the decision log, from which a repetition takes its decisions
   incidents  written next by compare-and-set, each with the last offset that was applied to it
3. alerts     produced from what the incidents hold as pending, then cleared there
4. only then are the offsets acknowledged, by the caller

Whatever fails in between is repeated by whoever reads the records next, and comes to the same end. Anything that
shows another writer raises Fenced: the worker stops, and starts again with what the store holds. The simulation in
tests/unit/simulation runs this very code through ten thousand schedules of crash, zombie and replay.
"""
