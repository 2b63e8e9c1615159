import type { RedriveRow } from '../contract/index.ts';
import type { ConnectorInsight, DeadLetters, KeptConfig } from '../insight-ports.ts';
import type { Herder } from '../ports.ts';

/** One dead letter, one redrive, and a preview of nothing; what was asked for is in the herder's calls. */
interface Kept {
  readonly calls: string[];
  readonly versions: ReadonlyMap<string, readonly KeptConfig[]>;
}

export function fakeInsight(herder: Pick<Herder, 'connector'> & Kept): {
  readonly insight: ConnectorInsight;
  readonly deadLetters: DeadLetters;
} {
  const run = (connector: string): RedriveRow => ({
    ...{ id: 'run-1', connector, state: 'DONE', read: 2, toRead: 2, sent: 1 },
    ...{ skipped: { already: 1, tooOften: 0, unknownOrigin: 0 }, startedAtMs: 1, endedAtMs: 2 },
    ...{ error: null, waiting: 0 },
  });
  const said = (call: string, connector: string) => {
    herder.connector(connector);
    herder.calls.push(call);
  };
  return {
    insight: {
      preview: async (name, config, limit) => {
        herder.calls.push(`preview ${name} ${JSON.stringify(config)} ${limit}`);
        return {
          ...{ class: 'PostgresSource', type: 'source', withoutRecords: 'There is no record to show yet.' },
          ...{ records: [], topics: [], plan: null, error: null },
        };
      },
      guarantees: async (connector) => ({
        ...{ connector: herder.connector(connector).name, type: 'source', delivery: 'at least once' },
        ...{ sentence: 'At least once.', reasons: [], order: 'In order.', duplicates: [], losses: [] },
      }),
      plugins: async () => ({
        plugins: [
          {
            ...{ class: 'PostgresSource', type: 'source', version: '0.1.0', docs: 'Reads tables.' },
            ...{ aliases: ['X'], module: '@millrace/connector-postgres' },
          },
        ],
        failures: [],
      }),
      history: async (connector) => herder.versions.get(connector) ?? [],
      secretUses: () => [{ connector: 'orders', inlined: ['database.password'], inClear: [], providers: [] }],
      renewSecrets: async () => ({ renewed: 1, unreadable: [] }),
    },
    deadLetters: {
      list: async (connector, request) => {
        said(`dead letters ${connector} ${JSON.stringify(request)}`, connector);
        return { topic: 'dlq', scanned: 0, next: null, causes: [], letters: [] };
      },
      redrive: async (connector, selection, rate) => {
        said(`redrive ${connector} ${JSON.stringify(selection)} ${rate}`, connector);
        return run(connector);
      },
      redrives: async (connector) => [run(connector)],
      progress: async (connector) => run(connector),
      cancel: async (connector) => run(connector),
    },
  };
}
