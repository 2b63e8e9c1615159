import { type Admin, createConsumer } from '@millrace/client';
import type { Messages, TopicMessage } from '@millrace/rest-api';
import { ByteFormats } from './byte-formats.ts';
import type { MessageReaderOptions } from './message-reader.ts';
import { MessageView } from './shown-message.ts';

type TailArguments = Parameters<Messages['tail']>;

const POLL_MS = 250;
/** At most one event in this time, ms. */
const EVENT_MS = 250;
/** Records that one poll gives: few enough to let other work in between. */
const POLL_RECORDS = 500;
const FETCH_BYTES = 1024 * 1024;

/** See {@link Messages.tail}. Messages of an event are the newest of its time; the others are counted. */
export async function tailMessages(
  { admin, avro, bootstrapServers, logger }: MessageReaderOptions,
  [topic, request, listener]: TailArguments,
): Promise<{ stop(): void }> {
  const view = new MessageView(request, new ByteFormats(topic, avro));
  const partitions = await partitionsOf(admin, topic, request.partition);
  const ends = await admin.listOffsets(partitions, 'latest');
  const consumer = createConsumer({
    ...{ bootstrapServers, logger, clientId: 'millrace-message-tail', fetchMaxWaitMs: POLL_MS },
    ...{ maxPollRecords: POLL_RECORDS, maxPartitionFetchBytes: FETCH_BYTES, fetchMaxBytes: 4 * FETCH_BYTES },
  });
  consumer.assign(partitions);
  for (const [index, partition] of partitions.entries()) consumer.seek(partition, ends[index] ?? 0);
  let stopped = false;
  const event = new TailEventBuilder(Math.max(1, Math.floor((request.perSecond * EVENT_MS) / 1_000)));
  const follow = async () => {
    while (!stopped) {
      for (const record of await consumer.poll(POLL_MS)) {
        const learning = view.learn(record);
        if (learning !== null) await learning;
        event.seen(view.wants(record) ? () => view.shown(record) : null);
      }
      const due = stopped ? null : event.take();
      if (due !== null) listener.messages(due);
    }
  };
  follow()
    .catch((error: unknown) => {
      if (!stopped) listener.failed(error);
    })
    .finally(() => consumer.close());
  return {
    stop() {
      stopped = true;
      consumer.wakeup();
    },
  };
}

async function partitionsOf(admin: Admin, topic: string, partition: number | null) {
  const [description] = await admin.describeTopics([topic]);
  return (description?.partitions ?? [])
    .filter((one) => (partition === null ? one.leader >= 0 : one.partition === partition))
    .map((one) => ({ topic, partition: one.partition }));
}

/** Gathers what one event tells. */
class TailEventBuilder {
  readonly #max: number;
  #messages: (() => TopicMessage)[] = [];
  #seen = 0;
  #matched = 0;
  #dropped = 0;
  #takenAtMs = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** `show` is null where the filter does not let the record through. */
  seen(show: (() => TopicMessage) | null): void {
    this.#seen += 1;
    if (show === null) return;
    this.#matched += 1;
    this.#messages.push(show);
    if (this.#messages.length <= this.#max) return;
    this.#messages.shift();
    this.#dropped += 1;
  }

  /** Null where nothing came, or the last event was a moment ago. */
  take() {
    const nowMs = performance.now();
    if (this.#seen === 0 || nowMs - this.#takenAtMs < EVENT_MS) return null;
    const taken = {
      atMs: Date.now(),
      messages: this.#messages.map((show) => show()),
      ...{ seen: this.#seen, matched: this.#matched, dropped: this.#dropped },
    };
    this.#messages = [];
    this.#seen = 0;
    this.#matched = 0;
    this.#takenAtMs = nowMs;
    return taken;
  }
}
