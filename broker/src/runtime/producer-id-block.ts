import type { ClusterAccess, ProducerIds } from './services.ts';

/** Gives out producer ids from blocks that the controller allocates (KIP-730). */
export function createProducerIds(cluster: ClusterAccess): ProducerIds {
  let next = 0;
  let end = 0;
  let allocation: Promise<void> | null = null;

  const allocate = async (): Promise<void> => {
    try {
      const block = await cluster.allocateProducerIds();
      next = block.first;
      end = block.first + block.count;
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
