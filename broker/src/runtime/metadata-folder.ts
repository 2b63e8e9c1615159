/**
 * The few files beside the segments of `__cluster_metadata-0`: the quorum's state and the snapshots. A port, so that a
 * simulator and tests keep them in memory.
 */
export interface MetadataFolder {
  /** Null where there is no such file. */
  read(name: string): Promise<Buffer | null>;
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
