import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MetadataFolder } from './metadata-folder.ts';

/** Real files in the folder of `__cluster_metadata-0`, which is made where it is missing. */
export function fileMetadataFolder(path: string): MetadataFolder {
  return {
    async read(name) {
      try {
        return await readFile(join(path, name));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async readPiece(name, { position, maxBytes }) {
      try {
        await using file = await open(join(path, name));
        const { size: sizeBytes } = await file.stat();
        const begin = Math.max(position, 0);
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(maxBytes, sizeBytes - begin)));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, begin);
        return { bytes: bytes.subarray(0, bytesRead), sizeBytes };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async write(name, bytes) {
      await mkdir(path, { recursive: true });
      const target = join(path, name);
      await writeSynced(`${target}.tmp`, bytes);
      await rename(`${target}.tmp`, target);
      await syncFolder(path);
    },
    async delete(name) {
      await rm(join(path, name), { force: true });
    },
    async list() {
      try {
        return await readdir(path);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
  };
}

async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  await using file = await open(path, 'w');
  await file.writeFile(bytes);
  await file.sync();
}

/** A rename is safe from a loss of power only once its folder is on disk too. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
