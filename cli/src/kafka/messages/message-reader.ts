import { type Admin, type Consumer, createConsumer, type TopicDescription } from '@millrace/client';
import { type Logger, MillraceError } from '@millrace/foundation';
import type { Messages, ReadFrom, ReadRequest, TopicMessage } from '@millrace/rest-api';
import { type AvroReader, ByteFormats } from './byte-formats.ts';
import { readCursor, writeCursor } from './message-cursor.ts';
import { type Direction, type Lane, MessagePageBuilder, windowOf } from './message-page.ts';
import { MessageView, sizeOf } from './shown-message.ts';

export interface MessageReaderOptions {
  readonly bootstrapServers: readonly string[];
  readonly admin: Admin;
  /** Null: no registry of schemas is known. */
  readonly avro: AvroReader | null;
  readonly logger: Logger;
}

type Page = Awaited<ReturnType<Messages['read']>>;

/** A page that has looked for so long ends with what it has, ms. */
const PAGE_TIME_MS = 2_000;
/** Something is wrong where a window takes so long, ms. */
const WINDOW_TIMEOUT_MS = 15_000;
const POLL_MS = 200;
/** Offsets of all partitions that one window spans, at least for a filter, and at most. */
const FILTER_WINDOW = 5_000;
const MAX_WINDOW = 200_000;
/** What one fetch brings of a partition, bytes: little where a page is all that is wanted, much where it is searched. */
const FETCH_BYTES = 128 * 1024;
const FILTER_FETCH_BYTES = 1024 * 1024;
/** Pages that are read at the same time. */
const MAX_READS = 8;

/** Reads pages of topics as a member of no group: nothing is committed anywhere. */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  #reads = 0;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /** See {@link Messages}. */
  async read(topic: string, request: ReadRequest): Promise<Page> {
    if (this.#reads >= MAX_READS) throw tooManyReads();
    this.#reads += 1;
    try {
      return await this.#read(topic, request);
    } finally {
      this.#reads -= 1;
    }
  }

  async #read(topic: string, request: ReadRequest): Promise<Page> {
    const { admin, avro, bootstrapServers, logger } = this.#options;
    const view = new MessageView(request, new ByteFormats(topic, avro));
    const [description] = await admin.describeTopics([topic]);
    const lanes = await lanesOf(admin, topic, selected(description, request.partition));
    const partitions = lanes.map(({ partition, start, end }) => {
      return { partition, startOffset: start, endOffset: end };
    });
    const direction = await this.#place(topic, lanes, request);
    const consumer = createConsumer({
      ...{ bootstrapServers, logger, clientId: 'millrace-message-reader', fetchMaxWaitMs: POLL_MS },
      maxPartitionFetchBytes: view.filters ? FILTER_FETCH_BYTES : FETCH_BYTES,
    });
    try {
      const page = await readPage({ consumer, topic, view, lanes, direction, request });
      return { partitions, ...page };
    } finally {
      await consumer.close();
    }
  }

  /** Puts the lanes where the look begins. */
  async #place(topic: string, lanes: readonly Lane[], { start, after }: ReadRequest): Promise<Direction> {
    if (after !== null) {
      const cursor = readCursor(after);
      for (const lane of lanes) lane.at = within(lane, cursor.at.get(lane.partition) ?? lane.at);
      return cursor.direction;
    }
    if (start.from === 'newest') return 'back';
    const found = await this.#startOffsets(topic, lanes, start);
    for (const [index, lane] of lanes.entries()) lane.at = within(lane, found[index] ?? lane.start);
    return 'on';
  }

  async #startOffsets(topic: string, lanes: readonly Lane[], start: ReadFrom): Promise<readonly number[]> {
    if (start.from === 'offset') return lanes.map(() => start.offset);
    if (start.from !== 'time') return lanes.map((lane) => lane.start);
    const { timestampMs } = start;
    const partitions = lanes.map(({ partition }) => ({ topic, partition }));
    const found = await this.#options.admin.listOffsets(partitions, { timestampMs });
    return lanes.map(({ end }, index) => (found[index] === -1 ? end : (found[index] ?? end)));
  }
}

/** Partitions that have a leader, or the one that was asked for. */
function selected(topic: TopicDescription | undefined, partition: number | null): readonly number[] {
  const known = topic?.partitions ?? [];
  if (partition === null) return known.filter(({ leader }) => leader >= 0).map(({ partition: one }) => one);
  if (known.some((one) => one.partition === partition)) return [partition];
  throw new MillraceError(`Topic ${topic?.name} has no partition ${partition}.`, {
    ...{ code: 'BAD_REQUEST', class: 'config', path: 'partition' },
    hint: `It has ${known.length}, counted from 0.`,
  });
}

/** At their ends, for a look back. */
async function lanesOf(admin: Admin, topic: string, selection: readonly number[]): Promise<readonly Lane[]> {
  const partitions = selection.map((partition) => ({ topic, partition }));
  const [starts, ends] = await Promise.all([
    admin.listOffsets(partitions, 'earliest'),
    admin.listOffsets(partitions, 'latest'),
  ]);
  return selection.map((partition, index) => {
    const start = starts[index] ?? 0;
    const end = Math.max(start, ends[index] ?? 0);
    return { partition, start, end, at: end };
  });
}

function within({ start, end }: Lane, offset: number): number {
  return Math.min(end, Math.max(start, offset));
}

interface PageRead {
  readonly consumer: Consumer;
  readonly topic: string;
  readonly view: MessageView;
  readonly lanes: readonly Lane[];
  readonly direction: Direction;
  readonly request: ReadRequest;
}

async function readPage(read: PageRead): Promise<Omit<Page, 'partitions'>> {
  const { lanes, direction, request, view } = read;
  const page = new MessagePageBuilder<TopicMessage>(direction, request.limit);
  const startedMs = performance.now();
  let width = view.filters ? FILTER_WINDOW : request.limit;
  let scanned = 0;
  let stopped: Page['stopped'] = 'end';
  for (;;) {
    const room = Math.min(width, request.scan - scanned);
    const share = view.filters ? Math.max(1, Math.floor(room / lanes.length)) : room;
    const windows = lanes.flatMap((lane) => {
      const window = windowOf(lane, direction, share);
      return window ? [{ lane, ...window }] : [];
    });
    if (windows.length === 0) break;
    const beganMs = performance.now();
    scanned += await readWindows(read, windows, page);
    for (const { lane, from, to } of windows) lane.at = direction === 'back' ? from : to;
    if (page.isFull) stopped = 'limit';
    else if (scanned >= request.scan) stopped = 'scan';
    else if (performance.now() - startedMs >= PAGE_TIME_MS) stopped = 'time';
    if (stopped !== 'end') break;
    width = nextWidth(width, performance.now() - beganMs, PAGE_TIME_MS - (performance.now() - startedMs));
  }
  const at = new Map(lanes.map((lane) => [lane.partition, page.next(lane)]));
  const left = lanes.reduce((sum, lane) => {
    const next = at.get(lane.partition) ?? lane.at;
    return sum + (direction === 'back' ? next - lane.start : lane.end - next);
  }, 0);
  return {
    messages: page.messages(),
    ...{ scanned, left, stopped: left === 0 ? 'end' : stopped },
    next: left === 0 ? null : writeCursor({ direction, at }),
  };
}

/** Wider, where that is not expected to take more time than is left. */
function nextWidth(width: number, tookMs: number, leftMs: number): number {
  const affordable = Math.floor((width * leftMs) / Math.max(1, tookMs));
  return Math.max(1, Math.min(4 * width, affordable, MAX_WINDOW));
}

interface Window {
  readonly lane: Lane;
  readonly from: number;
  readonly to: number;
}

/** Answers how many records there were. */
async function readWindows(
  { consumer, topic, view }: PageRead,
  windows: readonly Window[],
  page: MessagePageBuilder<TopicMessage>,
): Promise<number> {
  const open = new Map(windows.map((window) => [window.lane.partition, window]));
  const deadlineMs = performance.now() + WINDOW_TIMEOUT_MS;
  let seen = 0;
  consumer.assign([...open.keys()].map((partition) => ({ topic, partition })));
  for (const [partition, { from }] of open) consumer.seek({ topic, partition }, from);
  while (open.size > 0) {
    if (performance.now() >= deadlineMs) throw tooSlow(topic);
    for (const record of await consumer.poll(POLL_MS)) {
      const window = open.get(record.partition);
      if (!window || record.offset >= window.to) continue;
      seen += 1;
      const learning = view.learn(record);
      if (learning !== null) await learning;
      if (!view.wants(record)) continue;
      const message = view.shown(record);
      const { partition, offset, timestamp } = record;
      page.add({ partition, offset, timestamp, size: sizeOf(message), message });
    }
    const done = [...open].filter(
      ([partition, { to }]) => (consumer.position({ topic, partition }) ?? 0) >= to,
    );
    for (const [partition] of done) open.delete(partition);
    // What is done with is not read ahead.
    if (done.length > 0 && open.size > 0)
      consumer.assign([...open.keys()].map((partition) => ({ topic, partition })));
  }
  return seen;
}

function tooManyReads(): MillraceError {
  return new MillraceError(`${MAX_READS} pages of messages are being read already.`, {
    code: 'TOO_MANY_READS',
    class: 'throttled',
    hint: 'Try again in a moment.',
  });
}

function tooSlow(topic: string): MillraceError {
  return new MillraceError(
    `The brokers take longer than ${WINDOW_TIMEOUT_MS / 1_000} s to give records of ${topic}.`,
    {
      code: 'READ_TIMED_OUT',
      class: 'transient',
      hint: 'See on the page of the cluster whether all brokers are well.',
    },
  );
}
