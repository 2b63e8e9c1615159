import { hasValidCrc, iterateBatches } from '@millrace/protocol/records';

/** Whether all of it are whole, sound batches: what a leader sent is checked as what a client sends. */
export function areSoundBatches(records: Buffer): boolean {
  let end = 0;
  for (const header of iterateBatches(records)) {
    end = header.position + header.sizeInBytes;
    if (!hasValidCrc(records.subarray(header.position, end))) return false;
  }
  return end === records.length;
}
