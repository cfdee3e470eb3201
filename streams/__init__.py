"""What moves records: the records themselves, topics, crawlers, the worker, the store, alerts, dead letters."""
