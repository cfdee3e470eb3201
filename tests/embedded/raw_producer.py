"""A producer that sends whatever bytes it likes as a batch of records, as no client library would."""

from collections.abc import Sequence

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest


async def produce(servers: str, topic: str, partition: int, batches: Sequence[bytes]) -> list[int]:
    """Send batches one after the other; for each the broker's error code, 0 when it took it."""
    client = AIOKafkaClient(bootstrap_servers=servers)
    await client.bootstrap()
    try:
        await client.set_topics([topic])
        node = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        codes = []
        for batch in batches:
            request = ProduceRequest(None, -1, 5_000, [(topic, [(partition, batch)])])
            answer = await client.send(node, request)
            codes.append(answer.topics[0][1][0][1])
        return codes
    finally:
        await client.close()
