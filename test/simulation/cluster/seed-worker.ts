import { runCluster } from './cluster-run.ts';

/** What a worker is asked: one seed after the other from `from` on, `count` of them. */
export interface SeedsAsked {
  readonly from: number;
  readonly count: number;
}

export interface SeedsPlayed extends SeedsAsked {
  readonly failed: readonly { readonly seed: number; readonly violation: string }[];
  readonly acknowledged: number;
  readonly events: number;
}

process.on('message', (asked: SeedsAsked) => void play(asked));
process.on('disconnect', () => process.exit());

async function play(asked: SeedsAsked): Promise<void> {
  const failed: { seed: number; violation: string }[] = [];
  let acknowledged = 0;
  let events = 0;
  for (let seed = asked.from; seed < asked.from + asked.count; seed += 1) {
    const result = await runCluster({ seed });
    acknowledged += result.acknowledged;
    events += result.events;
    if (result.violation !== null) failed.push({ seed, violation: result.violation });
  }
  process.send?.({ ...asked, failed, acknowledged, events } satisfies SeedsPlayed);
}
