import { constants, type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';

/** How a sink compresses; each batch is a stream of its own, which readers take one behind the other. */
export type Compression = 'none' | 'gzip' | 'zstd';

const PACK = { gzip: promisify(gzip), zstd: promisify(zstdCompress) };

/** The bytes of these lines in a file. */
export async function packed(lines: Buffer, compression: Compression): Promise<Buffer> {
  return compression === 'none' ? lines : await PACK[compression](lines);
}

/** An open part. What counts of it is up to its journal. */
export class PartFile {
  readonly #handle: FileHandle;
  readonly #sync: boolean;

  private constructor(handle: FileHandle, sync: boolean) {
    this.#handle = handle;
    this.#sync = sync;
  }

  static async open(path: string, sync: boolean): Promise<PartFile> {
    // Made where it is not there, not emptied where it is, and written at places (which O_APPEND would not allow).
    return new PartFile(await open(path, constants.O_RDWR | constants.O_CREAT), sync);
  }

  /** Writes behind what counts, over what a failed write has left there, and cuts off the rest of that. */
  async write(bytes: Buffer, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; )
      at += (await this.#handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
    await this.#handle.truncate(position + bytes.length);
    if (this.#sync) await this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
