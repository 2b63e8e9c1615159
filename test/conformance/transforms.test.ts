import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { skipping } from '../support/service.ts';
import { debeziumCases } from './transforms/debezium-cases.ts';
import { differences } from './transforms/differences.ts';
import { type Answer, askOracle, type HeaderAnswer, type TransformCase } from './transforms/oracle.ts';
import { ours, oursOfHeader, same, TIMESTAMP_MS } from './transforms/ours.ts';
import { headerTexts, transformCases } from './transforms/transform-cases.ts';

const javaCompiler = spawnSync('javac', ['-version']).status === 0;
const noKafka =
  kafkaPeerSkipReason() ?? (javaCompiler ? null : 'no JDK to run the oracle of transforms with');
if (noKafka !== null) skipping(noKafka);

const connectors = process.env.CONNECTOR_PEERS_HOME ?? join(homedir(), '.cache/connector-peers');
const debezium = join(connectors, 'plugins/debezium-postgres');
const noDebezium = existsSync(debezium)
  ? null
  : `no Debezium to compare with: ${debezium} is missing (run fetch.sh of the connector peers)`;
if (noDebezium !== null) skipping(noDebezium);

const met = new Set<string>();

/** What differs from the oracle and has no reason to. */
async function differing(cases: readonly TransformCase[], answers: readonly Answer[]): Promise<object[]> {
  const found: object[] = [];
  for (const [index, test] of cases.entries()) {
    const [mine, theirs] = [await ours(test), answers[index] as Answer];
    if (same(mine, theirs)) continue;
    const known = differences.find(({ covers }) => covers(test, mine, theirs));
    if (known) met.add(known.reason);
    else found.push({ what: test.what, config: test.config, mine, theirs });
  }
  return found;
}

const asked = (cases: readonly TransformCase[], folder: string) =>
  cases.map((test) => ({
    ...test,
    class: `${folder}.${test.type}`,
    timestamp: test.timestamp === undefined ? TIMESTAMP_MS : test.timestamp,
  }));

describe.skipIf(noKafka !== null)("beside Apache Kafka's own", () => {
  let answers: readonly Answer[] = [];

  beforeAll(async () => {
    answers = await askOracle<Answer>(asked(transformCases, 'org.apache.kafka.connect.transforms'));
  });

  it.each([...new Set(transformCases.map(({ type }) => type))])('%s does the same', async (type) => {
    const indexes = [...transformCases.keys()].filter((index) => transformCases[index]?.type === type);
    const found = await differing(
      indexes.map((index) => transformCases[index] as TransformCase),
      indexes.map((index) => answers[index] as Answer),
    );
    expect(found).toEqual([]);
  });

  it('SimpleHeaderConverter reads and writes the same', async () => {
    const texts = await askOracle<HeaderAnswer>(headerTexts.map((text) => ({ text })));
    const found = headerTexts.flatMap((text, index) => {
      const [mine, theirs] = [oursOfHeader(text), texts[index] as HeaderAnswer];
      // Kafka's converter fails on these two; nothing is lost where we don't.
      return 'error' in theirs || same({ record: mine } as never, { record: theirs } as never)
        ? []
        : [{ text, mine, theirs }];
    });
    expect(found).toEqual([]);
    expect(texts.filter((answer) => 'error' in answer).length).toBeLessThanOrEqual(2);
  });
});

describe.skipIf(noKafka !== null || noDebezium !== null)("beside Debezium's own", () => {
  it('ExtractNewRecordState does the same', async () => {
    const answers = await askOracle<Answer>(asked(debeziumCases, 'io.debezium.transforms'), [
      `${debezium}/*`,
    ]);
    expect(await differing(debeziumCases, answers)).toEqual([]);
  });

  it('each difference that we name is still met', () => {
    expect(differences.map(({ reason }) => reason).filter((reason) => !met.has(reason))).toEqual([]);
  });
});
