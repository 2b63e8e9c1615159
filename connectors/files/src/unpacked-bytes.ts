import { createReadStream, type ReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { createGunzip, createZstdDecompress, gunzip, zstdDecompress } from 'node:zlib';
import { MillraceError } from '@millrace/sdk';
import { codeOf } from './file-error.ts';
import type { Bytes } from './line-reader.ts';

/** How a file is compressed. */
export type Packing = 'gzip' | 'zstd';

const SUFFIXES: readonly (readonly [string, Packing])[] = [
  ['.gz', 'gzip'],
  ['.zst', 'zstd'],
];

/** How the file of this path is compressed, by the option `compression`; null: not at all. */
export function packingOf(path: string, compression: string): Packing | null {
  if (compression === 'gzip' || compression === 'zstd') return compression;
  if (compression === 'none') return null;
  return SUFFIXES.find(([suffix]) => path.endsWith(suffix))?.[1] ?? null;
}

/** Whether a compressed file ended in mid-stream: who writes it is not done. */
export const isCutOff = (error: unknown): boolean => codeOf(error) === 'Z_BUF_ERROR';

/** What a compressed file holds, read from its beginning on; memory holds one chunk of it. */
export class UnpackedBytes implements Bytes {
  readonly #file: ReadStream;
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  /** Where in what is unpacked the chunk begins that is held. */
  #position = 0;

  constructor(path: string, packing: Packing) {
    this.#file = createReadStream(path);
    const unpacked = packing === 'gzip' ? createGunzip() : createZstdDecompress();
    this.#file.on('error', (error) => unpacked.destroy(error));
    unpacked.on('close', () => this.#file.destroy());
    this.#chunks = this.#file.pipe(unpacked)[Symbol.asyncIterator]();
  }

  /** How much of the compressed file was read. */
  get packedBytes(): number {
    return this.#file.bytesRead;
  }

  /** @throws what the decompressor or the file system says; see `isCutOff` */
  async read(into: Buffer, at: number, length: number, position: number) {
    while (position >= this.#position + this.#chunk.length) {
      const { value, done } = await this.#chunks.next();
      if (done) return { bytesRead: 0 };
      this.#position += this.#chunk.length;
      this.#chunk = value;
    }
    const from = position - this.#position;
    return { bytesRead: this.#chunk.copy(into, at, from, from + length) };
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
    this.#file.destroy();
  }
}

const UNPACK = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

/** All that a compressed file holds; null where that is more than `maxBytes`. */
export async function unpackAll(packed: Buffer, packing: Packing, maxBytes: number): Promise<Buffer | null> {
  try {
    return await UNPACK[packing](packed, { maxOutputLength: maxBytes });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return null;
    throw error;
  }
}

/** What is wrong with a file that can't be unpacked; null where it is something else. */
export function unpackError(error: unknown, path: string): MillraceError | null {
  if (!/^(?:Z_|ZSTD_)/.test(codeOf(error))) return null;
  return new MillraceError(`${path} can't be unpacked: ${(error as Error).message}.`, {
    code: 'FILE_NOT_UNPACKED',
    class: 'poison',
    hint: 'Mend or remove the file, or set "compression" to how it is compressed.',
    facts: { file: path },
    cause: error,
  });
}
