import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, MillraceError, type Random, type Timer, type Timers } from '@millrace/foundation';
import { CleanerCheckpoint } from './cleaner-checkpoint.ts';
import { FolderRemoval } from './folder-removal.ts';
import { HighWatermarkCheckpoint } from './high-watermark-checkpoint.ts';
import { JoinedRuns } from './joined-runs.ts';
import type { Log, LogConfig, LogId, StorageEngine } from './log.ts';
import type { LogRoom } from './log-room.ts';
import { LogWriter } from './log-writer.ts';
import { readOffsetCheckpoint, writeOffsetCheckpoint } from './offset-checkpoint-file.ts';
import { OpenFiles } from './open-files.ts';
import { readPartitionTopicId, writePartitionTopicId } from './partition-metadata-file.ts';
import { recoverLog } from './recovery.ts';
import { SegmentLog } from './segment-log.ts';
import { readSmallFile, replaceSmallFile, syncFolder } from './small-file.ts';
import { storageFailed } from './storage-errors.ts';
import { TailCache } from './tail-cache.ts';
import { TurnLimit } from './turn-limit.ts';
import { UNLIMITED_LOG_CONFIG } from './unlimited-log-config.ts';

export interface SegmentEngineOptions {
  /** The data folder; it exists and is locked. */
  readonly folder: string;
  readonly tailCacheBytes: number;
  /** What may wait for the disk, beside the tail; above it, appends are refused with LOG_WRITES_PENDING. */
  readonly pendingWriteMaxBytes: number;
  readonly openFilesMax: number;
  readonly syncWriteMaxMs: number;
  /** How long the folders of deleted logs stay on disk now, ms; left out: they go at once. */
  readonly folderDeleteDelayMs?: () => number;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

const CLEAN_SHUTDOWN_FILE = '.kafka_cleanshutdown';
const RECOVERY_POINT_FILE = 'recovery-point-offset-checkpoint';
const LOG_START_FILE = 'log-start-offset-checkpoint';
/** How long after a segment has ended its log is checkpointed: without it, a crash has up to a minute's segments read again. */
const CHECKPOINT_DELAY_MS = 1000;
/** While one waits for the disk, another one's batches are summed up. Each takes `Segment.scan`'s memory. */
const LOGS_RECOVERED_AT_ONCE = 4;
const DELETED_SUFFIX = '-delete';
const STRAY_SUFFIX = '-stray';
const LOG_FOLDER = /^(.+)-(\d+)$/;
/** What file systems take for one name. */
const NAME_MAX_BYTES = 255;
/** Topic ids of logs whose folder does not say; the next `open` does. */
const NO_TOPIC_ID = '';

/**
 * Opens the logs of a data folder, recovering each.
 * @throws {MillraceError} LOG_STORAGE_FAILED
 */
export async function openSegmentEngine(options: SegmentEngineOptions): Promise<StorageEngine> {
  const engine = new SegmentEngine(options);
  await engine.recover();
  return engine;
}

class SegmentEngine implements StorageEngine {
  readonly #options: SegmentEngineOptions;
  readonly #room: LogRoom;
  readonly #logs = new Map<string, SegmentLog>();
  readonly #removal: FolderRemoval;
  /** A topic may have thousands of logs. */
  readonly #turns = new TurnLimit();
  /** Logs that the checkpoint files may name: another log of that name must not be taken for them. */
  #checkpointed: ReadonlySet<string> = new Set();
  readonly #checkpoints = new JoinedRuns(() => this.#writeCheckpoints());
  #checkpointTimer: Timer | null = null;
  #previousBrokerEpoch: number | null = null;

  constructor(options: SegmentEngineOptions) {
    this.#options = options;
    this.#removal = new FolderRemoval(options);
    this.#room = {
      files: new OpenFiles(options.openFilesMax),
      writer: new LogWriter(options),
      tailCache: new TailCache(options.tailCacheBytes, options.pendingWriteMaxBytes),
      cleaner: new CleanerCheckpoint(options.folder),
      highWatermarks: new HighWatermarkCheckpoint(options.folder),
      checkpointSoon: () => this.#checkpointSoon(),
      timers: options.timers,
      random: options.random,
      logger: options.logger,
    };
  }

  get logs(): ReadonlyMap<string, Log> {
    return this.#logs;
  }

  get previousBrokerEpoch(): number | null {
    return this.#previousBrokerEpoch;
  }

  async recover(): Promise<void> {
    const { folder } = this.#options;
    try {
      const marker = join(folder, CLEAN_SHUTDOWN_FILE);
      const left = readSmallFile(marker);
      const cleanShutdown = left !== null;
      this.#previousBrokerEpoch = left && cleanEpochOf(left);
      // Without them, more is read again.
      const recoveryPoints = readOffsetCheckpoint(join(folder, RECOVERY_POINT_FILE)) ?? new Map();
      const starts = readOffsetCheckpoint(join(folder, LOG_START_FILE)) ?? new Map();
      this.#checkpointed = new Set([...recoveryPoints.keys(), ...starts.keys()]);
      const names = readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
      const logs = names.filter((name) => !name.endsWith(DELETED_SUFFIX) && LOG_FOLDER.test(name));
      this.#room.highWatermarks.retain(new Set(logs));
      await sideBySide(logs, LOGS_RECOVERED_AT_ONCE, (name) =>
        this.#recoverLog(name, {
          cleanShutdown,
          recoveryPoint: recoveryPoints.get(name) ?? 0,
          logStartOffset: starts.get(name) ?? 0,
        }),
      );
      rmSync(marker, { force: true });
      await syncFolder(folder);
      for (const name of names) if (name.endsWith(DELETED_SUFFIX)) this.#removal.add(join(folder, name));
    } catch (error) {
      throw error instanceof MillraceError ? error : storageFailed('Reading', folder, error);
    }
  }

  async open(id: LogId, config: LogConfig): Promise<Log> {
    await this.#turns.turn();
    const name = nameOf(id);
    const folder = join(this.#options.folder, name);
    const known = this.#logs.get(name);
    if (known !== undefined && known.id.topicId !== NO_TOPIC_ID) {
      if (known.id.topicId !== id.topicId) throw mismatch(folder, known.id.topicId, id.topicId);
      known.configure(config);
      return known;
    }
    try {
      if (known === undefined) await this.#makeWay(id);
      if (!existsSync(folder)) mkdirSync(folder);
      writePartitionTopicId(folder, id.topicId);
      const log =
        known ??
        (await this.#recoverLog(name, { cleanShutdown: false, recoveryPoint: 0, logStartOffset: 0 }));
      log.id = id;
      log.configure(config);
      return log;
    } catch (error) {
      throw error instanceof MillraceError ? error : storageFailed('Opening', folder, error);
    }
  }

  async delete(id: LogId): Promise<void> {
    const log = await this.#takeOut(id);
    if (log === null) return;
    const { folderDeleteDelayMs } = this.#options;
    this.#removal.add(this.#rename(id, log.folder, DELETED_SUFFIX), folderDeleteDelayMs?.());
  }

  async setAside(id: LogId): Promise<string> {
    const log = await this.#takeOut(id);
    return log === null ? '' : this.#rename(id, log.folder, STRAY_SUFFIX);
  }

  async #takeOut(id: LogId): Promise<SegmentLog | null> {
    await this.#turns.turn();
    const name = nameOf(id);
    const log = this.#logs.get(name);
    if (log === undefined) return null;
    this.#logs.delete(name);
    log.release();
    await log.compactionEnded();
    // Neither a full disk nor a slow one holds up a deletion, and with it all changes of metadata: whoever takes the name has it forgotten first.
    for (const checkpoint of [this.#room.cleaner, this.#room.highWatermarks])
      void checkpoint.forget(name).catch(() => undefined);
    return log;
  }

  /** Takes a folder away under another name, so that a new log may have its own; long topics are cut for it, as in Kafka. */
  #rename(id: LogId, folder: string, suffix: string): string {
    const end = `-${id.partition}.${this.#options.random.uuid()}${suffix}`;
    const path = join(this.#options.folder, `${id.topic.slice(0, NAME_MAX_BYTES - end.length)}${end}`);
    try {
      renameSync(folder, path);
    } catch (error) {
      throw storageFailed('Renaming', folder, error);
    }
    return path;
  }

  /** Nothing that an earlier log of this name left may pass for the new one's: neither its folder nor its checkpoints. */
  async #makeWay(id: LogId): Promise<void> {
    const name = nameOf(id);
    if (this.#checkpointed.has(name)) await this.checkpoint();
    await this.#room.cleaner.forget(name);
    await this.#room.highWatermarks.forget(name);
    const folder = join(this.#options.folder, name);
    const found = existsSync(folder) ? readPartitionTopicId(folder) : null;
    if (found === null || found === id.topicId) return;
    const path = this.#rename(id, folder, STRAY_SUFFIX);
    this.#options.logger.warn(
      { topicId: found, path },
      'the folder of another topic was in the way: set aside',
    );
  }

  /** One for all that asks meanwhile. A failure shows again at the next one, which somebody waits for. */
  #checkpointSoon(): void {
    this.#checkpointTimer ??= this.#options.timers.after(CHECKPOINT_DELAY_MS, () => {
      this.#checkpointTimer = null;
      this.checkpoint().catch(() => undefined);
    });
  }

  notedHighWatermark(id: LogId): number | null {
    return this.#room.highWatermarks.get(nameOf(id));
  }

  noteHighWatermarks(offsets: ReadonlyMap<string, number>): Promise<void> {
    return this.#room.highWatermarks.note(offsets);
  }

  checkpoint(): Promise<void> {
    return this.#checkpoints.ask();
  }

  async #writeCheckpoints(): Promise<void> {
    const { folder } = this.#options;
    const logs = [...this.#logs];
    const names = logs.map(([name]) => name);
    this.#checkpointed = new Set([...this.#checkpointed, ...names]);
    await writeOffsetCheckpoint(
      join(folder, RECOVERY_POINT_FILE),
      new Map(logs.map(([name, log]) => [name, log.flushedOffset])),
    );
    await writeOffsetCheckpoint(
      join(folder, LOG_START_FILE),
      new Map(logs.filter(([, log]) => log.startOffset > 0).map(([name, log]) => [name, log.startOffset])),
    );
    this.#checkpointed = new Set(names);
  }

  async close(brokerEpoch = -1): Promise<void> {
    this.#checkpointTimer?.cancel();
    await this.#removal.close();
    const logs = [...this.#logs.values()];
    // A disk that has room again takes what it refused: then all ends in order.
    for (const log of logs) if (log.failure !== null) await log.reopen();
    const isSound = logs.every((log) => log.failure === null);
    const closings = await Promise.allSettled(logs.map((log) => log.close()));
    // The folder is another process's afterwards.
    for (const checkpoint of [this.#room.cleaner, this.#room.highWatermarks]) await checkpoint.settled();
    const failed = closings.find((closing) => closing.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (!isSound) return;
    await this.checkpoint();
    // Who has not come to register has lost nothing either of what the registration before had.
    const epoch = brokerEpoch >= 0 ? brokerEpoch : (this.#previousBrokerEpoch ?? -1);
    const marker = JSON.stringify({ version: 0, ...(epoch >= 0 && { brokerEpoch: epoch }) });
    await replaceSmallFile(join(this.#options.folder, CLEAN_SHUTDOWN_FILE), marker);
    await syncFolder(this.#options.folder);
  }

  async #recoverLog(
    name: string,
    known: { cleanShutdown: boolean; recoveryPoint: number; logStartOffset: number },
  ): Promise<SegmentLog> {
    const [, topic = '', partition = ''] = LOG_FOLDER.exec(name) ?? [];
    const folder = join(this.#options.folder, name);
    const recovered = await recoverLog({
      ...known,
      folder,
      mayHaveGaps: this.#room.cleaner.mayHaveGaps(name),
      files: this.#room.files,
      indexIntervalBytes: UNLIMITED_LOG_CONFIG.indexIntervalBytes,
      logger: this.#options.logger,
    });
    const topicId = readPartitionTopicId(folder) ?? NO_TOPIC_ID;
    const id = { topic, topicId, partition: Number(partition) };
    // Until it is opened, nothing is done to it.
    const log = new SegmentLog(id, folder, UNLIMITED_LOG_CONFIG, this.#room, recovered);
    this.#logs.set(name, log);
    return log;
  }
}

/** All of them, `atOnce` at a time, also where one fails: nothing is under way any more when it rejects. */
async function sideBySide(
  names: readonly string[],
  atOnce: number,
  work: (name: string) => Promise<unknown>,
): Promise<void> {
  const left = names.values();
  const lane = async (): Promise<void> => {
    for (const name of left) await work(name);
  };
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  const failed = lanes.find((ended) => ended.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** What Kafka writes is the same; one that does not say, or was cut off, shows that the logs are whole, and no more. */
function cleanEpochOf(marker: Buffer): number | null {
  try {
    const { brokerEpoch } = JSON.parse(marker.toString('utf8')) as { readonly brokerEpoch?: unknown };
    return Number.isSafeInteger(brokerEpoch) ? (brokerEpoch as number) : null;
  } catch {
    return null;
  }
}

function nameOf(id: LogId): string {
  return `${id.topic}-${id.partition}`;
}

function mismatch(folder: string, found: string, wanted: string): MillraceError {
  return new MillraceError(`${folder} belongs to topic id ${found}, not ${wanted}.`, {
    code: 'LOG_ID_MISMATCH',
    class: 'bug',
  });
}
