"""Kafka without Faust: topics, producing, who owns a partition."""
