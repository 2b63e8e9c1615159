import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileMetadataFolder } from './file-metadata-folder.ts';
import { memoryMetadataFolder } from './metadata-folder.ts';

const NAME = '00000000000000000009-0000000001.checkpoint';
let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'metadata-folder-'));
});

afterEach(() => rm(path, { recursive: true }));

describe.each([
  ['of files', () => fileMetadataFolder(path)],
  ['in memory', () => memoryMetadataFolder()],
])('a folder %s', (_, folderOf) => {
  it.each([
    [0, 4, 'abcd'],
    [3, 2, 'de'],
    [8, 100, 'ij'],
    [10, 5, ''],
    [50, 5, ''],
    [-3, 2, 'ab'],
  ])('gives the piece at %d of %d bytes', async (position, maxBytes, piece) => {
    const folder = folderOf();
    await folder.write(NAME, Buffer.from('abcdefghij'));
    const told = await folder.readPiece(NAME, { position, maxBytes });
    expect(told?.bytes.toString()).toBe(piece);
    expect(told?.sizeBytes).toBe(10);
  });

  it('has no piece of what is not there', async () => {
    expect(await folderOf().readPiece(NAME, { position: 0, maxBytes: 1 })).toBeNull();
  });
});

it('reads no more of a large file than it is asked for', async () => {
  const sizeBytes = 8 * 1024 * 1024 * 1024;
  {
    // It has no blocks, and would not fit into memory.
    await using file = await open(join(path, NAME), 'w');
    await file.truncate(sizeBytes);
  }
  const told = await fileMetadataFolder(path).readPiece(NAME, { position: 5, maxBytes: 1_000 });
  expect(told).toEqual({ sizeBytes, bytes: Buffer.alloc(1_000) });
});
