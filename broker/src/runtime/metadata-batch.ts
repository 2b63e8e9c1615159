import { MillraceError, type Uuid } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import { Writer } from '@millrace/protocol';
import { leaderChangeMessage } from '@millrace/protocol/internal';
import { buildControlBatch, decodeBatch, RecordBatchBuilder } from '@millrace/protocol/records';
import type { MetadataRecord } from '../core/metadata/records.ts';
import type { Voter } from '../core/quorum/election.ts';
import { decodeMetadataRecord, encodeMetadataRecord } from './metadata-record-codec.ts';

/** More than any decision comes to. */
export const BATCH_MAX_BYTES = 512 * 1024 * 1024;
const DECOMPRESSED_MAX_BYTES = 512 * 1024 * 1024;

/**
 * The metadata records of the batch at `at`.
 * @throws {MillraceError} CORRUPT_MESSAGE, METADATA_RECORD_UNKNOWN, METADATA_RECORD_EMPTY
 */
export function decodeMetadataBatch(buffer: Buffer, at: number): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const { offset, value } of decodeBatch(buffer, at, { maxDecompressedBytes: DECOMPRESSED_MAX_BYTES })
    .records) {
    if (!value) {
      throw new MillraceError(`The metadata log has no record at offset ${offset}, only a key.`, {
        code: 'METADATA_RECORD_EMPTY',
        class: 'bug',
      });
    }
    const record = decodeMetadataRecord(value);
    if (record) records.push(record);
  }
  return records;
}

/** The records of one decision: they take effect together. */
export function encodeMetadataBatch(records: readonly MetadataRecord[], timestamp: number): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: BATCH_MAX_BYTES });
  for (const record of records) {
    const fits = builder.tryAppend({ key: null, value: encodeMetadataRecord(record), timestamp });
    assert(fits, 'the records of one decision fit into a batch');
  }
  return builder.build();
}

/** The control record that a leader's epoch begins with. */
export function encodeLeaderChange(
  change: {
    readonly leaderId: number;
    readonly voters: readonly Voter[];
    readonly granting: readonly number[];
  },
  timestamp: number,
): Buffer {
  const { leaderId, voters, granting } = change;
  const version = leaderChangeMessage.maxVersion;
  const writer = new Writer(64);
  leaderChangeMessage.encode(writer, version, {
    version,
    leaderId,
    voters: voters.map(wireVoter),
    grantingVoters: voters.filter((voter) => granting.includes(voter.id)).map(wireVoter),
  });
  return buildControlBatch({ type: 'LEADER_CHANGE', value: writer.finish(), timestamp });
}

function wireVoter(voter: Voter): { voterId: number; voterDirectoryId: Uuid } {
  return { voterId: voter.id, voterDirectoryId: voter.directoryId };
}
