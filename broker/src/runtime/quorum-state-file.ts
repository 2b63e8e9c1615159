import { MillraceError, ZERO_UUID } from '@millrace/foundation';
import type { Election, Voter } from '../core/quorum/election.ts';
import type { MetadataFolder } from './metadata-folder.ts';

/** Kafka's name for it, beside the log of `__cluster_metadata-0`. */
const FILE = 'quorum-state';
const DATA_VERSION = 1;
const NOBODY = -1;

/**
 * Reads QuorumStateData as Kafka writes it (JSON with `data_version`).
 * @returns null where there is none: the first start
 * @throws {MillraceError} QUORUM_STATE_CORRUPT
 */
export async function readQuorumState(folder: MetadataFolder): Promise<Election | null> {
  const bytes = await folder.read(FILE);
  if (!bytes) return null;
  const state = parse(bytes.toString('utf8'));
  const epoch = state?.leaderEpoch;
  const leaderId = state?.leaderId;
  const votedId = state?.votedId;
  if (!isInt(epoch) || !isInt(leaderId) || !isInt(votedId)) {
    throw new MillraceError('The file quorum-state of the metadata log cannot be read.', {
      code: 'QUORUM_STATE_CORRUPT',
      class: 'config',
      hint: 'Restore the file from a backup; a voter that forgets its vote could elect two leaders.',
    });
  }
  const directoryId = String(state?.votedDirectoryId ?? ZERO_UUID);
  const voted: Voter | null = votedId === NOBODY ? null : { id: votedId, directoryId };
  return { epoch, leaderId: leaderId === NOBODY ? null : leaderId, voted };
}

/** On disk when it resolves. */
export async function writeQuorumState(folder: MetadataFolder, election: Election): Promise<void> {
  const state = {
    leaderId: election.leaderId ?? NOBODY,
    leaderEpoch: election.epoch,
    votedId: election.voted?.id ?? NOBODY,
    votedDirectoryId: election.voted?.directoryId ?? ZERO_UUID,
    data_version: DATA_VERSION,
  };
  await folder.write(FILE, Buffer.from(`${JSON.stringify(state)}\n`));
}

interface StoredState {
  readonly leaderId?: unknown;
  readonly leaderEpoch?: unknown;
  readonly votedId?: unknown;
  readonly votedDirectoryId?: unknown;
}

function parse(text: string): StoredState | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

function isInt(value: unknown): value is number {
  return Number.isInteger(value);
}
