/** A place in a file; a negative position is its beginning. */
export interface FilePiece {
  readonly position: number;
  readonly maxBytes: number;
}

/**
 * The few files beside the segments of `__cluster_metadata-0`: the quorum's state and the snapshots. A port, so that a
 * simulator and tests keep them in memory.
 */
export interface MetadataFolder {
  /** Null where there is no such file. */
  read(name: string): Promise<Buffer | null>;
  /** What of the file stands there, no more than `maxBytes` of it, and how large all of it is; null where there is no such file. */
  readPiece(
    name: string,
    piece: FilePiece,
  ): Promise<{ readonly bytes: Buffer; readonly sizeBytes: number } | null>;
  /** Whole or not at all, and on disk when it resolves. */
  write(name: string, bytes: Buffer): Promise<void>;
  delete(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

/** Files that live as long as the object; for tests and simulations. */
export function memoryMetadataFolder(): MetadataFolder {
  const files = new Map<string, Buffer>();
  return {
    read: (name) => Promise.resolve(files.get(name) ?? null),
    readPiece(name, { position, maxBytes }) {
      const file = files.get(name);
      if (file === undefined) return Promise.resolve(null);
      const begin = Math.max(position, 0);
      return Promise.resolve({ bytes: file.subarray(begin, begin + maxBytes), sizeBytes: file.length });
    },
    write(name, bytes) {
      files.set(name, Buffer.from(bytes));
      return Promise.resolve();
    },
    delete(name) {
      files.delete(name);
      return Promise.resolve();
    },
    list: () => Promise.resolve([...files.keys()]),
  };
}
