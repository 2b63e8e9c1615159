import { MillraceError } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import { type AnyStoredCodec, Reader, Writer } from '@millrace/protocol';
import { metadataRecords } from '@millrace/protocol/internal';
import type { MetadataRecord } from '../core/metadata/records.ts';

const FRAME_VERSION = 1;

const codecsByName = new Map<string, AnyStoredCodec>(
  [...metadataRecords.values()].map((codec) => [codec.name, codec]),
);

/** As KRaft writes a metadata record: unsigned varints for frame version, record type and record version, then the record. */
export function encodeMetadataRecord(record: MetadataRecord): Buffer {
  const codec = codecsByName.get(record.kind);
  assert(codec, `${record.kind} has a codec`);
  const writer = new Writer(64);
  writer.unsignedVarint(FRAME_VERSION);
  writer.unsignedVarint(codec.type);
  writer.unsignedVarint(codec.maxVersion);
  codec.encode(writer, codec.maxVersion, record.value);
  return writer.finish();
}

/**
 * @returns null for a NoOpRecord
 * @throws {MillraceError} METADATA_RECORD_UNKNOWN for a record that only newer software understands
 * @throws {ProtocolError} MALFORMED_MESSAGE
 */
export function decodeMetadataRecord(value: Buffer): MetadataRecord | null {
  const reader = new Reader(value);
  const frameVersion = reader.unsignedVarint();
  const type = reader.unsignedVarint();
  const version = reader.unsignedVarint();
  const codec = metadataRecords.get(type);
  if (frameVersion !== FRAME_VERSION || !codec || version > codec.maxVersion) {
    throw new MillraceError(
      `The metadata log has a record of type ${type}, version ${version}, frame ${frameVersion}, which this broker does not know.`,
      {
        code: 'METADATA_RECORD_UNKNOWN',
        class: 'config',
        hint: 'Start the version of the broker that wrote this folder, or a newer one.',
      },
    );
  }
  if (codec.name === 'NoOpRecord') return null;
  return { kind: codec.name, value: codec.decode(reader, version) } as MetadataRecord;
}
