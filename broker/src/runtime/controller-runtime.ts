import type { Logger, MillraceError, Random } from '@millrace/foundation';
import type { ControllerRules, Decision, DecisionInput } from '../core/controller/decision.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import { emptyImage, replay } from '../core/metadata/replay.ts';
import type { MetadataQuorum } from './metadata-quorum.ts';

/** Hears of each new image. Where it gives a promise, commands that caused the image are answered after it. */
export type ImageListener = (image: MetadataImage, previous: MetadataImage) => void | Promise<void>;

export interface ControllerRuntimeOptions {
  readonly quorum: MetadataQuorum;
  readonly rules: ControllerRules;
  readonly random: Random;
  readonly logger: Logger;
}

interface Waiting {
  /** Committed once the high watermark is past it. */
  readonly lastOffset: number;
  readonly image: MetadataImage;
  readonly resolve: () => void;
  readonly reject: (error: MillraceError) => void;
}

/**
 * The active controller. A command is decided at once, against the image of everything decided before it, and its
 * records are appended; it is answered when they are committed, shown by `image` and known to the listeners. So
 * commands are decided one at a time, and those of one moment share a sync.
 */
export class ControllerRuntime {
  readonly #options: ControllerRuntimeOptions;
  readonly #listeners: ImageListener[] = [];
  #waiting: Waiting[] = [];
  /** Ahead of what is published by what is not committed yet. */
  #decided: MetadataImage = emptyImage;
  #published: MetadataImage = emptyImage;
  #publishing: Promise<void> = Promise.resolve();
  #failure: MillraceError | undefined;
  #appendedBytes = 0;

  constructor(options: ControllerRuntimeOptions) {
    this.#options = options;
  }

  /** Committed, replayed. */
  get image(): MetadataImage {
    return this.#published;
  }

  /** Bytes of records since the last call of `load` or `resetAppendedBytes`. */
  get appendedBytes(): number {
    return this.#appendedBytes;
  }

  resetAppendedBytes(): void {
    this.#appendedBytes = 0;
  }

  onImage(listener: ImageListener): void {
    this.#listeners.push(listener);
  }

  /** What the log and its snapshot held at the start. It is published together with the first command after it. */
  load(image: MetadataImage, sizeBytes: number): void {
    this.#decided = image;
    this.#appendedBytes = sizeBytes;
  }

  /**
   * @throws {MillraceError} METADATA_LOG_FAILED when the records cannot be committed: the answer is unknown then
   */
  async submit<Response>(decide: (input: DecisionInput) => Decision<Response>): Promise<Response> {
    if (this.#failure) throw this.#failure;
    const { quorum, rules, random } = this.#options;
    const { records, response } = decide({
      image: this.#decided,
      nextOffset: quorum.log.endOffset,
      rules,
      newId: () => random.uuid(),
      random: () => random.float(),
    });
    if (records.length > 0) {
      const { lastOffset, sizeBytes } = quorum.append(records);
      this.#appendedBytes += sizeBytes;
      this.#decided = replay(this.#decided, records, lastOffset, quorum.epoch);
    }
    // A refusal waits as well: it may rest on something that is not committed yet.
    await new Promise<void>((resolve, reject) => {
      const image = this.#decided;
      this.#waiting.push({ lastOffset: image.offset, image, resolve, reject });
      this.committed(quorum.highWatermark);
    });
    return response;
  }

  /** Everything below the high watermark is committed. */
  committed(highWatermark: number): void {
    const done = this.#waiting.filter((waiting) => waiting.lastOffset < highWatermark);
    const last = done.at(-1);
    if (!last) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting.lastOffset >= highWatermark);
    const previous = this.#published;
    const { image } = last;
    this.#published = image;
    this.#publishing = this.#publishing.then(async () => {
      if (image !== previous) await this.#tell(image, previous);
      for (const { resolve } of done) resolve();
    });
  }

  /** Nothing is committed from here on: every command fails. */
  fail(error: MillraceError): void {
    this.#failure = error;
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
  }

  async #tell(image: MetadataImage, previous: MetadataImage): Promise<void> {
    for (const listener of this.#listeners) {
      try {
        await listener(image, previous);
      } catch (error) {
        this.#options.logger.error(
          { err: error, offset: image.offset },
          'a listener failed on a metadata image',
        );
      }
    }
  }
}
