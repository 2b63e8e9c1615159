import { MillraceError } from '@millrace/foundation';
import { type MetadataFolder, memoryMetadataFolder } from '../../runtime/metadata-folder.ts';
import type { LogId, StorageEngine } from '../../storage/log.ts';
import { createMemoryEngine } from '../../storage/memory-engine.ts';
import { SimulatedLog } from './simulated-log.ts';
import type { Life, SeededRandom, VirtualTime } from './virtual-time.ts';

export interface SimulatedDiskOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** The longest that a write or a sync takes, virtual ms; 0: all is done at once. */
  readonly writeMaxMs: number;
}

const EVERYTHING = { maxBytes: Number.MAX_SAFE_INTEGER, atLeastOne: true };
const METADATA_LOG = '__cluster_metadata-0';

/**
 * A disk with its page cache, under one process: writes and syncs take their time, it can be full, and what its process, or its power,
 * leaves behind is the next one.
 */
export class SimulatedDisk {
  readonly storage: StorageEngine;
  readonly folder: MetadataFolder;
  isFull = false;
  /** It refused something that its process cannot do without: only a new process tries again. */
  hasRefusedMetadata = false;
  readonly #options: SimulatedDiskOptions;
  readonly #life: Life;
  readonly #logs = new Map<string, SimulatedLog>();
  readonly #files: MetadataFolder;
  /** As the checkpoint file has them: it is replaced whole, and synced. */
  readonly #highWatermarks = new Map<string, number>();
  /** Of the clean-shutdown mark that this process has found, and of the one that it has left. */
  #previousBrokerEpoch: number | null = null;
  #closedEpoch: number | null = null;

  constructor(options: SimulatedDiskOptions, life: Life, files: MetadataFolder = memoryMetadataFolder()) {
    this.#options = options;
    this.#life = life;
    this.#files = files;
    this.storage = this.#engine();
    this.folder = { ...files, write: (name, bytes) => this.#writeFile(name, bytes) };
  }

  /** Calls back when a write is done that begins now; never where its process dies before. */
  later(callback: () => void): void {
    const { time, random, writeMaxMs } = this.#options;
    time.at(time.nowMs + random.float() * writeMaxMs, this.#life, callback);
  }

  get isInstant(): boolean {
    return this.#options.writeMaxMs === 0;
  }

  refused(name: string): MillraceError {
    if (name.startsWith(METADATA_LOG)) this.hasRefusedMetadata = true;
    return new MillraceError('The simulated disk is full.', {
      code: 'LOG_STORAGE_FAILED',
      class: 'transient',
    });
  }

  /**
   * What the next process finds. Of a process that was killed everything is there that was written; where power went, all that was synced,
   * and of each log as much of the rest as chance lets be: a batch that is torn counts for nothing, as recovery has it.
   */
  async after({ losesPower }: { readonly losesPower: boolean }, life: Life): Promise<SimulatedDisk> {
    const files = memoryMetadataFolder();
    for (const name of await this.#files.list()) {
      const bytes = await this.#files.read(name);
      if (bytes !== null) await files.write(name, bytes);
    }
    const next = new SimulatedDisk(this.#options, life, files);
    next.isFull = this.isFull;
    next.#previousBrokerEpoch = this.#closedEpoch;
    for (const [name, offset] of this.#highWatermarks) next.#highWatermarks.set(name, offset);
    for (const log of this.#logs.values()) {
      const { flushedOffset, writtenOffset } = log;
      const lasts = losesPower
        ? this.#options.random.between(flushedOffset, writtenOffset + 1)
        : writtenOffset;
      const memory = createMemoryEngine();
      const own = await memory.open(log.id, log.config);
      if (log.startOffset > 0) await own.resetTo(log.startOffset);
      if (log.endOffset > log.startOffset) {
        if (log.cleanedOffset !== null) await own.allowGaps();
        const whole = { ...EVERYTHING, endBefore: lasts };
        for (const batch of await log.read(log.startOffset, whole)) own.appendReplicated(batch);
      }
      await own.flush();
      const noted = log.leaderEpochs.filter(({ startOffset }) => startOffset < own.endOffset);
      next.#logs.set(nameOf(log.id), new SimulatedLog(own, next, noted));
    }
    return next;
  }

  async #noteHighWatermarks(offsets: ReadonlyMap<string, number>): Promise<void> {
    if (!this.isInstant) await new Promise<void>((resolve) => this.later(resolve));
    if (this.isFull) throw this.refused('replication-offset-checkpoint');
    for (const [name, offset] of offsets) if (this.#logs.has(name)) this.#highWatermarks.set(name, offset);
  }

  async #writeFile(name: string, bytes: Buffer): Promise<void> {
    const copy = Buffer.from(bytes);
    if (!this.isInstant) await new Promise<void>((resolve) => this.later(resolve));
    if (this.isFull) throw this.refused(METADATA_LOG);
    await this.#files.write(name, copy);
  }

  #engine(): StorageEngine {
    const logs = this.#logs;
    const memory = createMemoryEngine();
    const drop = async (id: LogId): Promise<void> => {
      logs.delete(nameOf(id));
      this.#highWatermarks.delete(nameOf(id));
      await memory.delete(id);
    };
    const previousBrokerEpoch = () => this.#previousBrokerEpoch;
    return {
      logs,
      get previousBrokerEpoch() {
        return previousBrokerEpoch();
      },
      open: async (id, config) => {
        const known = logs.get(nameOf(id));
        if (known !== undefined && known.id.topicId === id.topicId) {
          known.configure(config);
          return known;
        }
        await drop(id);
        const log = new SimulatedLog(await memory.open(id, config), this);
        logs.set(nameOf(id), log);
        return log;
      },
      delete: drop,
      setAside: async (id) => {
        await drop(id);
        return 'aside';
      },
      checkpoint: () => Promise.resolve(),
      notedHighWatermark: (id) => this.#highWatermarks.get(nameOf(id)) ?? null,
      noteHighWatermarks: (offsets) => this.#noteHighWatermarks(offsets),
      close: async (brokerEpoch = -1) => {
        const flushes = await Promise.allSettled([...logs.values()].map((log) => log.flush()));
        for (const log of logs.values()) await log.reopen();
        const areWhole = flushes.every(({ status }) => status === 'fulfilled');
        if (areWhole && [...logs.values()].every(({ failure }) => failure === null))
          this.#closedEpoch = brokerEpoch >= 0 ? brokerEpoch : this.#previousBrokerEpoch;
      },
    };
  }
}

function nameOf({ topic, partition }: LogId): string {
  return `${topic}-${partition}`;
}
