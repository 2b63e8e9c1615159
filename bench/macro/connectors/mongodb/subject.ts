import type { Subject } from '../subject.ts';
import { type Amounts, COPIED, copy, follow, SINK_TOPIC, variantsOf, write } from './pipelines.ts';
import { documentOf, MongoServer } from './server.ts';

const AMOUNTS: Amounts = { documents: 200_000, marks: 5_000 };

/** MongoDB beside MongoDB's own connector. */
export async function mongodbSubject({ scale }: { readonly scale: number }): Promise<Subject> {
  const server = await MongoServer.start();
  const amounts = { documents: AMOUNTS.documents * scale, marks: AMOUNTS.marks * scale };
  return {
    title: 'MongoDB connectors',
    about: `MongoDB's own connector on the side of Kafka Connect; ${amounts.documents} documents of some 250 B,`,
    sides: ['Millrace', 'Kafka Connect'],
    async prepare(topics) {
      await server.insert(COPIED, 1, amounts.documents);
      await topics.fill(SINK_TOPIC, amounts.documents, (n) => ({
        key: Buffer.from(String(n)),
        value: Buffer.from(JSON.stringify(documentOf(n))),
      }));
    },
    async round({ side, worker, topics, prefix, note }) {
      const bench = { server, topics, amounts, note };
      for (const variant of variantsOf(side)) {
        const letter = variant.name.slice(0, 1);
        await copy(bench, worker, variant, `${prefix}s${letter}`);
        await follow(bench, worker, variant, `${prefix}c${letter}`);
        await write(bench, worker, variant, `${prefix}w${letter}`);
      }
    },
    async alone(note) {
      const scan = await server.scanRate(COPIED);
      const changes = await server.changesRate('followed', amounts.documents);
      const inserted = amounts.documents / (await server.insert('inserted', 1, amounts.documents));
      await server.collection('inserted').drop();
      for (const variant of ['tuned', 'defaults']) {
        note(`source, copy, ${variant}: documents/s`, scan);
        note(`source, backlog, ${variant}: documents/s`, changes);
        note(`sink, ${variant}: documents/s`, inserted);
      }
    },
    close: () => server.close(),
  };
}
