import {
  type ConfigProblem,
  connectionProblems,
  MillraceError,
  type RateLimiter,
  rateLimiterOf,
  type SourcePartition,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type { MongoClient } from 'mongodb';
import { Capture } from './capture.ts';
import { CaptureFilter } from './capture-filter.ts';
import { RecordMaker } from './change-record.ts';
import type { SourceConfig, sourceConfig } from './config.ts';
import { connect, connectionOf, endClient, loginKey } from './connection.ts';
import { isAnswerTooLarge, isPositionLost, isTokenRemoved, toMongoError } from './errors.ts';
import { readOplogWindow, secondsToLoss } from './oplog-window.ts';
import { parseStartTime } from './option-checks.ts';
import { fromOffset, inWords, type Position, secondsOf, tokenTime, toOffset } from './position.ts';
import { captureProblems, clusterTime, type Deployment, inspect } from './preflight.ts';

/** How often the oplog is looked at. */
const OPLOG_CHECK_INTERVAL_MS = 60_000;

/** Names what is captured in the offset topic. */
export const sourcePartition = (config: SourceConfig): SourcePartition => ({
  ns:
    config['offset.partition.name'] ||
    [config.database, config.collection].filter((part) => part !== null && part !== '').join('.') ||
    '*',
});

/** Problems of a source's configuration that only the server knows. */
export async function validateSource(
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const settings = connectionOf(config);
  if (config['startup.mode'] === 'timestamp' && !config['startup.mode.timestamp.start.at.operation.time'])
    return [startTimeMissing];
  return await connectionProblems('connection.uri', async () => {
    const client = await connect(settings, signal);
    try {
      return await captureProblems(client, config, new CaptureFilter(config));
    } finally {
      await client.close();
    }
  });
}

const startTimeMissing: ConfigProblem = {
  key: 'startup.mode.timestamp.start.at.operation.time',
  message: '"startup.mode.timestamp.start.at.operation.time" must be given where startup.mode is timestamp.',
};

/** Copies the documents that are there, and follows changes. */
export class MongoDbSourceTask implements SourceTask {
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: SourceConfig;
  readonly #partition: SourcePartition;
  readonly #maker: RecordMaker;
  readonly #filter: CaptureFilter;
  readonly #limiter: RateLimiter | null;
  #client: MongoClient | null = null;
  #deployment: Deployment = { sharded: false };
  #capture: Capture | null = null;
  #wasLost = false;
  #lastRecordsMs = 0;
  #heartbeatOf = '';
  #nextOplogCheckMs = 0;
  #warned = false;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#partition = sourcePartition(context.config);
    this.#maker = new RecordMaker(context.config, this.#partition);
    this.#filter = new CaptureFilter(context.config);
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    const { signal, logger } = this.#context;
    const stored = await this.#storedPosition();
    const client = await connect(connectionOf(this.#config), signal);
    this.#client = client;
    signal.addEventListener('abort', this.#abort, { once: true });
    this.#deployment = await inspect(client);
    const position = stored ?? (await this.#firstPosition(client, this.#config['startup.mode']));
    this.#open(client, position);
    this.#lastRecordsMs = performance.now();
    logger.info({ position: inWords(position) }, stored ? 'capturing goes on' : 'capturing begins');
  }

  async poll(): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    try {
      while (!signal.aborted) {
        const records = await this.#next();
        await this.#limiter?.take(records.length, signal);
        if (records.length > 0) return records;
      }
      return [];
    } catch (error) {
      // Stopping closes the client, which fails whatever was under way.
      if (signal.aborted) return [];
      throw this.#failure(error);
    }
  }

  async stop(): Promise<void> {
    this.#context.signal.removeEventListener('abort', this.#abort);
    if (this.#client) await endClient(this.#client);
  }

  readonly #abort = (): void => void this.#client?.close().catch(() => undefined);

  async #storedPosition(): Promise<Position | null> {
    const offset = await this.#context.offset(this.#partition);
    if (!offset) return null;
    const position = fromOffset(offset);
    if (position) return position;
    throw new MillraceError(`The stored offset ${JSON.stringify(offset)} is not one of MongoDbSource.`, {
      code: 'MONGODB_OFFSET_UNKNOWN',
      class: 'config',
      path: 'offset.partition.name',
      hint: 'Choose another offset.partition.name, or delete the connector’s offsets and let it begin anew.',
    });
  }

  async #firstPosition(client: MongoClient, mode: string): Promise<Position> {
    const time =
      mode === 'timestamp'
        ? parseStartTime(this.#config['startup.mode.timestamp.start.at.operation.time'] ?? '')
        : await clusterTime(client);
    if (!time) {
      const { key: path, message } = startTimeMissing;
      throw new MillraceError(message, { code: 'INVALID_CONFIG', class: 'config', path, hint: 'Give it.' });
    }
    return { time, token: null, copy: mode === 'copy_existing' ? { namespace: '' } : null };
  }

  #open(client: MongoClient, position: Position): void {
    this.#capture = new Capture({
      client,
      position,
      config: this.#config,
      filter: this.#filter,
      maker: this.#maker,
      deployment: this.#deployment,
      progress: (progress) => this.#context.progress(progress),
    });
  }

  async #next(): Promise<readonly SourceRecord[]> {
    const [client, capture] = [this.#client, this.#capture];
    if (!client || !capture) throw new TypeError('poll before start');
    const nowMs = performance.now();
    // In front of the reading: who falls behind is given records every time.
    if (nowMs >= this.#nextOplogCheckMs) await this.#checkOplog(client, capture.position);
    try {
      const records = await capture.next();
      if (records.length > 0) {
        this.#lastRecordsMs = nowMs;
        return records;
      }
    } catch (error) {
      if (!isPositionLost(error)) throw error;
      await this.#recover(client, capture, error);
      return [];
    }
    return this.#heartbeat(capture.position, nowMs);
  }

  #heartbeat(position: Position, nowMs: number): readonly SourceRecord[] {
    const intervalMs = this.#config['heartbeat.interval.ms'];
    if (intervalMs === 0 || nowMs - this.#lastRecordsMs < intervalMs) return [];
    const offset = JSON.stringify(toOffset(position));
    this.#lastRecordsMs = nowMs;
    if (offset === this.#heartbeatOf) return [];
    this.#heartbeatOf = offset;
    return [this.#maker.heartbeat(position, Date.now())];
  }

  /** Tells how much of the oplog there is behind the position and in front of it, and that it will be lost while there is time to do something. */
  async #checkOplog(client: MongoClient, position: Position): Promise<void> {
    this.#nextOplogCheckMs = performance.now() + OPLOG_CHECK_INTERVAL_MS;
    const context = this.#context;
    const at = position.token ? tokenTime(position.token) : position.time;
    const window = at && !this.#deployment.sharded ? await readOplogWindow(client) : null;
    context.figure('oplog_window_seconds', window && window.lastSeconds - window.firstSeconds);
    context.figure('oplog_left_seconds', window && at && Math.max(0, secondsOf(at) - window.firstSeconds));
    context.figure('oplog_behind_seconds', window && at && Math.max(0, window.lastSeconds - secondsOf(at)));
    const leftSeconds = window && at ? secondsToLoss(window, at) : null;
    context.notice('oplog', leftSeconds === null ? null : losingWords(leftSeconds));
    if (leftSeconds !== null && !this.#warned)
      context.logger.warn({ leftSeconds }, 'the oplog will soon lose the position');
    this.#warned = leftSeconds !== null;
  }

  /** As `on.lost.position` says; a position that is lost again at once would be lost for ever. */
  async #recover(client: MongoClient, capture: Capture, error: unknown): Promise<void> {
    const policy = this.#config['on.lost.position'];
    if (policy === 'fail' || this.#wasLost) throw positionLost(capture.position, error);
    this.#wasLost = true;
    await capture.close();
    const position = await this.#firstPosition(client, policy);
    this.#context.logger.warn({ lost: inWords(capture.position), policy }, 'the oplog has lost the position');
    this.#open(client, position);
  }

  #failure(error: unknown): MillraceError {
    if (isAnswerTooLarge(error)) return eventTooLarge(this.#capture?.position ?? null, error);
    const failure = toMongoError(error, 'Reading from MongoDB', loginKey(connectionOf(this.#config)));
    return isTokenRemoved(error)
      ? failure.with({ path: 'pipeline', hint: 'Leave the field _id of events as it is.' })
      : failure;
  }
}

const losingWords = (leftSeconds: number): string =>
  `The source is so far behind that the oplog loses its position once ${leftSeconds} s more of changes were written: give the oplog more room (replSetResizeOplog), or see what holds the connector up.`;

/** Its two images, or a long list of changes, may be beyond what one document may have, though neither of them is. */
function eventTooLarge(position: Position | null, cause: unknown): MillraceError {
  const behind = position === null ? '' : ` (${inWords(position)})`;
  return new MillraceError(
    `The next change${behind} makes an event beyond 16 MB, which MongoDB can't give.`,
    {
      code: 'MONGODB_EVENT_TOO_LARGE',
      class: 'config',
      path: 'pipeline',
      hint: 'Leave out of events what is not needed, such as by pipeline=[{"$unset": "fullDocumentBeforeChange"}] or [{"$unset": "updateDescription"}]: the task goes on at this change, and nothing is lost.',
      cause,
    },
  );
}

function positionLost(position: Position, cause: unknown): MillraceError {
  return new MillraceError(
    `The oplog no longer has what follows the stored position (${inWords(position)}).`,
    {
      code: 'MONGODB_POSITION_LOST',
      class: 'config',
      path: 'on.lost.position',
      hint: 'Changes are missing: set on.lost.position=copy_existing to copy everything anew, and give the oplog more room (replSetResizeOplog).',
      cause,
    },
  );
}
