import type { Logger } from '@millrace/foundation';
import type { MetadataImage } from '../core/metadata/image.ts';
import { emptyImage, replay } from '../core/metadata/replay.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import type { MetadataQuorum } from './metadata-quorum.ts';
import { readNewestSnapshot } from './metadata-snapshot.ts';
import { OffsetWaiters } from './offset-waiters.ts';

/** Hears of each new image. Where it gives a promise, commands that caused the image are answered after it. */
export type ImageListener = (image: MetadataImage, previous: MetadataImage) => void | Promise<void>;

export interface MetadataLoaderOptions {
  readonly quorum: MetadataQuorum;
  readonly folder: MetadataFolder;
  readonly logger: Logger;
  /** Whether the listeners may hear of the image yet; they hear of the first one that is, and all after it. */
  readonly isShown: (image: MetadataImage) => boolean;
  /** More was replayed. */
  readonly onLoaded: () => void;
  /** The log cannot be read: the image stays what it is. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * Replays what is committed, on every node alike, and shows the image. Whatever is committed while listeners take in an image is
 * one image for them.
 */
export class MetadataLoader {
  readonly #options: MetadataLoaderOptions;
  readonly #listeners: ImageListener[] = [];
  readonly #waiting = new OffsetWaiters();
  #image: MetadataImage = emptyImage;
  #shown: MetadataImage = emptyImage;
  #nextOffset = 0;
  #loadedBytes = 0;
  #loading: Promise<void> | undefined;
  #mustBeginAnew = true;
  #isClosed = false;

  constructor(options: MetadataLoaderOptions) {
    this.#options = options;
  }

  /** What all listeners know. */
  get image(): MetadataImage {
    return this.#shown;
  }

  /** All that was replayed, shown or not. */
  get replayedImage(): MetadataImage {
    return this.#image;
  }

  /** Everything committed below is in `image`. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Bytes of records since the last snapshot. */
  get loadedBytes(): number {
    return this.#loadedBytes;
  }

  resetLoadedBytes(): void {
    this.#loadedBytes = 0;
  }

  /** Added late, it hears of the next image. */
  onImage(listener: ImageListener): void {
    this.#listeners.push(listener);
  }

  /** A snapshot from elsewhere has taken the place of the log. */
  beginAnew(): void {
    this.#mustBeginAnew = true;
    this.committed();
  }

  /** The high watermark has moved. */
  committed(): void {
    if (this.#isClosed) return;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
      if (this.#hasMore()) this.committed();
    });
  }

  /** Resolves when everything up to and with that offset is replayed and known to the listeners. */
  replayed(offset: number): Promise<void> {
    if (this.#nextOffset > offset) return Promise.resolve();
    return this.#waiting.past(offset);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#loading;
  }

  #hasMore(): boolean {
    return !this.#isClosed && (this.#mustBeginAnew || this.#nextOffset < this.#options.quorum.highWatermark);
  }

  async #load(): Promise<void> {
    try {
      while (this.#hasMore()) await this.#loadOnce();
    } catch (error) {
      this.#isClosed = true;
      this.#options.onFailed(error);
    }
  }

  async #loadOnce(): Promise<void> {
    const { quorum, folder } = this.#options;
    let next = this.#nextOffset;
    if (this.#mustBeginAnew) {
      this.#mustBeginAnew = false;
      const image = await readNewestSnapshot(folder);
      if (image.offset >= this.#image.offset) this.#image = image;
      next = Math.max(next, image.offset + 1);
    }
    for await (const batch of quorum.read(next)) {
      this.#image = replay(this.#image, batch.records, batch.lastOffset, batch.epoch);
      this.#loadedBytes += batch.sizeBytes;
      next = batch.lastOffset + 1;
    }
    const previous = this.#shown;
    if (this.#image !== previous && this.#options.isShown(this.#image)) {
      const image = this.#image;
      this.#shown = image;
      await this.#tell(image, previous);
    }
    this.#nextOffset = next;
    this.#waiting.reached(next);
    this.#options.onLoaded();
  }

  async #tell(image: MetadataImage, previous: MetadataImage): Promise<void> {
    for (const listener of this.#listeners) {
      try {
        await listener(image, previous);
      } catch (error) {
        const facts = { err: error, offset: image.offset };
        this.#options.logger.error(facts, 'a listener failed on a metadata image');
      }
    }
  }
}
