import { beforeAll, describe, expect, it } from 'vitest';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { skipping } from '../support/service.ts';
import { differences } from './transforms/differences.ts';
import { type Answer, askOracle } from './transforms/oracle.ts';
import { ours, same, TIMESTAMP_MS } from './transforms/ours.ts';
import { transformCases } from './transforms/transform-cases.ts';

const reason = kafkaPeerSkipReason();
if (reason !== null) skipping(reason);

describe.skipIf(reason !== null)("transforms beside Apache Kafka's own", () => {
  let answers: readonly Answer[] = [];

  beforeAll(async () => {
    answers = await askOracle<Answer>(
      transformCases.map((test) => ({
        ...test,
        class: `org.apache.kafka.connect.transforms.${test.type}`,
        timestamp: test.timestamp === undefined ? TIMESTAMP_MS : test.timestamp,
      })),
    );
  });

  it.each([...new Set(transformCases.map(({ type }) => type))])('%s', async (type) => {
    const found: object[] = [];
    for (const [index, test] of transformCases.entries()) {
      if (test.type !== type) continue;
      const [mine, theirs] = [await ours(test), answers[index] as Answer];
      if (same(mine, theirs) || differences.some(({ covers }) => covers(test, mine, theirs))) continue;
      found.push({ what: test.what, config: test.config, mine, theirs });
    }
    expect(found).toEqual([]);
  });

  it.each(differences)('differ still: $reason', async ({ covers }) => {
    let met = 0;
    for (const [index, test] of transformCases.entries()) {
      const [mine, theirs] = [await ours(test), answers[index] as Answer];
      if (!same(mine, theirs) && covers(test, mine, theirs)) met++;
    }
    expect(met).toBeGreaterThan(0);
  });
});
