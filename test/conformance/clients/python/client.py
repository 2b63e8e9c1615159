"""confluent-kafka as the conformance tests drive it; `line-client.ts` says what is spoken."""

import json
import signal
import sys

from confluent_kafka import Consumer, Producer, TopicPartition

OFFSET_BEGINNING = -2


def say(what):
    print(json.dumps(what), flush=True)


def text(value):
    return None if value is None else value.decode()


def produce(address, topic, codec):
    producer = Producer(
        {
            "bootstrap.servers": address,
            "enable.idempotence": True,
            "acks": "all",
            "compression.type": codec,
            "message.max.bytes": 1048588,
        }
    )
    failures = []

    def delivered(error, _message):
        if error is not None:
            failures.append(str(error))

    for record in json.load(sys.stdin):
        headers = [(name, value.encode()) for name, value in record["headers"].items()]
        producer.produce(topic, key=record["key"], value=record["value"], headers=headers, on_delivery=delivered)
    left = producer.flush(30)
    if failures or left > 0:
        sys.exit(f"{left} records are left, and {failures}")


def consume(address, topic, count):
    consumer = Consumer({"bootstrap.servers": address, "group.id": "unused", "enable.auto.commit": False})
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
    for _ in range(int(count)):
        message = consumer.poll(30)
        if message is None or message.error():
            sys.exit(f"no record: {message and message.error()}")
        say(
            {
                "partition": message.partition(),
                "offset": message.offset(),
                "timestampMs": message.timestamp()[1],
                "key": text(message.key()),
                "value": text(message.value()),
                "headers": {name: text(value) for name, value in message.headers() or []},
            }
        )
    consumer.close()


def join(address, group, topic, session_timeout_ms, protocol):
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": group,
            # In the consumer protocol these are the group's, and assignments come in pieces.
            **(
                {"group.protocol": "consumer"}
                if protocol == "consumer"
                else {"session.timeout.ms": int(session_timeout_ms), "heartbeat.interval.ms": 500}
            ),
            "auto.offset.reset": "earliest",
            "auto.commit.interval.ms": 200,
        }
    )
    going_on = [True]
    signal.signal(signal.SIGTERM, lambda *_: going_on.clear())

    own = set()

    def assigned(_consumer, partitions):
        own.update(one.partition for one in partitions)
        if protocol == "consumer":
            consumer.incremental_assign(partitions)
        say({"assignment": sorted(own)})

    def gone(_consumer, partitions):
        own.difference_update(one.partition for one in partitions)
        if protocol == "consumer":
            consumer.incremental_unassign(partitions)
        say({"assignment": sorted(own)})

    consumer.subscribe([topic], on_assign=assigned, on_revoke=gone, on_lost=gone)
    while going_on:
        message = consumer.poll(0.1)
        if message is not None and not message.error():
            say({"value": text(message.value())})
    consumer.close()


{"produce": produce, "consume": consume, "join": join}[sys.argv[1]](*sys.argv[2:])
