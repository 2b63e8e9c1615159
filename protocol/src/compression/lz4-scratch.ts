import { wasmModule } from '../generated/wasm/lz4-block.ts';

/** As far as it is used here; TypeScript has its types only among those of browsers. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** What `protocol/generator/lz4-block.wat` exports. */
interface BlockUnpacker {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  unpack(src: number, end: number, base: number, dst: number, limit: number): number;
}

const PAGE_BYTES = 65_536;
/** What is read or written behind the end of anything, at most. */
const SLACK_BYTES = 64;
/** Memory of WebAssembly never shrinks: frames that need more go through the library. */
const SCRATCH_MAX_BYTES = 8 * 1024 * 1024;
const DESCRIPTOR_BYTES = 7;
const STORED_BLOCK = 0x80000000;
/**
 * How frames begin that Kafka's clients write: independent blocks, no content size, no checksums but the header's own, the last byte
 * here. By it the largest block: 64 KiB, 256 KiB, 1 MiB, 4 MiB.
 */
const USUAL_DESCRIPTORS: ReadonlyMap<number, number> = new Map([
  [0x604082, 64 * 1024],
  [0x6050fb, 256 * 1024],
  [0x606051, 1024 * 1024],
  [0x607073, 4 * 1024 * 1024],
]);
const MAGIC = 0x04224d18;

let unpacker: BlockUnpacker | undefined;
let scratch: Buffer = Buffer.alloc(0);

/**
 * Unpacks a frame into memory that the next call uses again, which spares the garbage collector what the library takes from outside
 * the heap for each frame.
 * @returns null for what is left to the library: unusual frames, large ones, and all that is not sound or above `maxBytes`, of which
 *   it says what is wrong
 */
export function unpackLz4(frame: Buffer, maxBytes: number): Buffer | null {
  const blockMaxBytes = usualBlockBytes(frame);
  if (blockMaxBytes === null) return null;
  const blocks = blockCount(frame);
  const needed = frame.length + blocks * blockMaxBytes + 2 * SLACK_BYTES;
  if (blocks === 0 || needed > SCRATCH_MAX_BYTES) return null;
  const { unpack } = unpackerFor(needed);
  frame.copy(scratch, 0);
  const start = frame.length + SLACK_BYTES;
  let to = start;
  for (let at = DESCRIPTOR_BYTES; ; ) {
    const head = frame.readUInt32LE(at);
    if (head === 0) return to - start > maxBytes ? null : scratch.subarray(start, to);
    const from = at + 4;
    const end = from + (head % STORED_BLOCK);
    if (end - from > blockMaxBytes) return null;
    if (head >= STORED_BLOCK) to += scratch.copy(scratch, to, from, end);
    else to = unpack(from, end, to, to, to + blockMaxBytes);
    if (to < 0) return null;
    at = end;
  }
}

function usualBlockBytes(frame: Buffer): number | null {
  if (frame.length < DESCRIPTOR_BYTES || frame.readUInt32BE(0) !== MAGIC) return null;
  return USUAL_DESCRIPTORS.get(frame.readUIntBE(4, 3)) ?? null;
}

/** 0 where there is no end mark. */
function blockCount(frame: Buffer): number {
  let blocks = 0;
  for (let at = DESCRIPTOR_BYTES; at + 4 <= frame.length; blocks++) {
    const head = frame.readUInt32LE(at);
    if (head === 0) return blocks;
    at += 4 + (head % STORED_BLOCK);
  }
  return 0;
}

/** With so much memory at least. */
function unpackerFor(bytes: number): BlockUnpacker {
  unpacker ??= new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasmModule, 'base64')))
    .exports as BlockUnpacker;
  const { memory } = unpacker;
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  if (scratch.length !== memory.buffer.byteLength) scratch = Buffer.from(memory.buffer);
  return unpacker;
}
