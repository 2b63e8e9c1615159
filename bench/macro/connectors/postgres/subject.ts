import type { Subject } from '../subject.ts';
import { type Amounts, snapshot, stream, upsert, variantsOf } from './pipelines.ts';
import { recordOfRow } from './row-record.ts';
import { PostgresServer } from './server.ts';

const AMOUNTS: Amounts = { rows: 1_000_000, changes: 300_000, sink: 500_000, commits: 5_000 };

/** PostgreSQL beside Debezium's source and JDBC sink. */
export async function postgresSubject({ scale }: { readonly scale: number }): Promise<Subject> {
  const server = await PostgresServer.start();
  const amounts = {
    rows: AMOUNTS.rows * scale,
    changes: AMOUNTS.changes * scale,
    sink: AMOUNTS.sink * scale,
    commits: AMOUNTS.commits * scale,
  };
  return {
    title: 'PostgreSQL connectors',
    about: `Debezium PostgreSQL and Debezium's JDBC sink on the side of Kafka Connect; ${amounts.rows} rows, ${amounts.changes} changes\nand ${amounts.sink} records,`,
    sides: ['Millrace', 'Kafka Connect'],
    async prepare(topics) {
      await server.table('bench', amounts.rows);
      await topics.fill('rows', amounts.sink, recordOfRow);
    },
    async round({ side, worker, topics, prefix, note }) {
      const bench = { server, topics, amounts, note };
      for (const variant of variantsOf(side)) {
        const letter = variant.name.slice(0, 1);
        await snapshot(bench, worker, variant, `${prefix}s${letter}`);
        await stream(bench, worker, variant, `${prefix}c${letter}`);
      }
      await upsert(bench, worker, side, `${prefix}u`);
    },
    async alone(note) {
      const copy = await server.copyRates(amounts.rows);
      const received = await server.recvRate(amounts.changes);
      for (const variant of ['tuned', 'defaults']) {
        note(`snapshot, ${variant}: rows/s`, copy.out);
        note(`stream, backlog, ${variant}: changes/s`, received);
      }
      note('sink, upsert: records/s', await server.upsertRate(amounts.sink));
      note('COPY in: rows/s', copy.in);
    },
    close: () => server.close(),
  };
}
