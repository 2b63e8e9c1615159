import { isMillraceError, MillraceError } from '@millrace/foundation';
import type { ClusterAccess, ProducerIds } from './services.ts';

/** The disk has to be looked after: that is said by itself. */
const DISK_FAILED = 'METADATA_LOG_FAILED';

/**
 * Gives out producer ids from blocks that the controller allocates (KIP-730). Where it gives none now, as to a broker that has yet to
 * register anew, clients try again: PRODUCER_IDS_NOT_HERE.
 */
export function createProducerIds(cluster: Pick<ClusterAccess, 'allocateProducerIds'>): ProducerIds {
  let next = 0;
  let end = 0;
  let allocation: Promise<void> | null = null;

  const allocate = async (): Promise<void> => {
    try {
      const block = await cluster.allocateProducerIds();
      if (block.error !== null) throw notHere(block.message ?? block.error);
      next = block.first;
      end = block.first + block.count;
    } catch (error) {
      const isPassing = isMillraceError(error) && error.class === 'transient' && error.code !== DISK_FAILED;
      throw isPassing ? notHere(error.message, error) : error;
    } finally {
      allocation = null;
    }
  };

  return {
    async next() {
      while (next >= end) {
        allocation ??= allocate();
        await allocation;
      }
      next += 1;
      return next - 1;
    },
  };
}

function notHere(why: string, cause?: unknown): MillraceError {
  return new MillraceError(`The controller gives this broker no producer ids now: ${why}`, {
    code: 'PRODUCER_IDS_NOT_HERE',
    class: 'transient',
    hint: 'Clients try again by themselves; if it lasts, see whether the broker is registered.',
    cause,
  });
}
