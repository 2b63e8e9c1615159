/** Kafka's compression codecs; the index is the id in the lowest three bits of a batch's attributes. */
export const compressionTypes = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type CompressionType = (typeof compressionTypes)[number];

export function compressionId(type: CompressionType): number {
  return compressionTypes.indexOf(type);
}

/** The codec of an id from the wire; undefined where Kafka knows none. */
export function compressionOfId(id: number): CompressionType | undefined {
  return compressionTypes[id];
}
