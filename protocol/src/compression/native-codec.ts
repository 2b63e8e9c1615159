import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * What we use of the `snappy` package: single raw blocks. Without `copyOutputData` the output lives outside the heap and
 * is given back only between turns of the event loop.
 */
export interface SnappyBlocks {
  compressSync(input: Uint8Array, options: { copyOutputData: true }): Buffer;
  uncompressSync(input: Uint8Array, options: { copyOutputData: true }): Buffer | string;
}

/**
 * What we use of the `lz4-napi` package: whole frames. Its output lives outside the heap and is given back only between
 * turns of the event loop, so many large batches of one turn add up.
 */
export interface Lz4Frames {
  compressFrameSync(input: Buffer): Buffer;
  decompressFrameSync(input: Buffer): Buffer;
}

let snappy: SnappyBlocks | undefined;
let lz4: Lz4Frames | undefined;

/** Loaded on first use: a native module costs about 10 ms, which a start without compressed data need not pay. */
export function snappyBlocks(): SnappyBlocks {
  snappy ??= require('snappy') as SnappyBlocks;
  return snappy;
}

/** Loaded on first use, as `snappyBlocks`. */
export function lz4Frames(): Lz4Frames {
  lz4 ??= require('lz4-napi') as Lz4Frames;
  return lz4;
}
