"""Measures the models, as they serve, on labelled posts from JSONL; no server is needed."""
