import { appendFileSync } from 'node:fs';
import { scenario, sinkConfig, sourceConfig } from './scenario.ts';
import type { Side } from './side.ts';

const create = (side: Side, name: string, config: unknown) =>
  side.ask('POST', '/connectors', { body: { name: side.named(name), config } });

interface Offsets {
  readonly offsets: readonly {
    readonly partition: object;
    /** Null for a moment in answers of Kafka Connect. */
    readonly offset: Readonly<Record<string, unknown>> | null;
  }[];
}

/** Our file source says more of a file than where it is in it. */
const positions = ({ offsets }: Offsets) => ({
  offsets: offsets.map(({ partition, offset }) => ({ partition, offset: { position: offset?.position } })),
});

const stop = async (side: Side, name: string) => {
  await side.ask('PUT', side.path(name, '/stop'));
  await side.untilState(name, 'STOPPED', 0);
};

export const offsetScenarios = [
  scenario('offsets of a source', async (side) => {
    const file = side.file('offsets.txt');
    appendFileSync(file, 'a\nb\nc\n');
    const path = side.path('src', '/offsets');
    const read = () => side.ask('GET', path, { view: positions });
    const alter = (...offsets: unknown[]) => side.ask('PATCH', path, { body: { offsets } });
    const partition = { filename: file };
    // Kafka Connect learns a moment after it has stored them which partitions there are; until then one that is gone has offset null.
    const untilKnown = (count: number) =>
      side.until(
        path,
        ({ offsets }: Offsets) => offsets.length === count && offsets.every(({ offset }) => offset),
      );
    await create(side, 'src', sourceConfig(side, { file }));
    await side.until(path, ({ offsets }: Offsets) => offsets[0]?.offset?.position === 6);
    await read();
    await alter({ partition, offset: { position: 2 } });
    await side.ask('DELETE', path);
    await side.ask('PUT', side.path('src', '/pause'));
    await side.untilTask('src', 'PAUSED');
    await alter({ partition, offset: { position: 2 } });
    await stop(side, 'src');
    await alter({ partition, offset: { position: 2 } });
    await read();
    const other = { filename: side.file('other.txt') };
    await alter({ partition: other, offset: { position: 1 } }, { partition, offset: { position: 4 } });
    await untilKnown(2);
    await read();
    await alter({ partition: other, offset: null });
    await alter({ partition: { filename: side.file('never.txt') }, offset: null });
    await untilKnown(1);
    await read();
    await alter({ partition, offset: { position: 2 } }, { partition, offset: { position: 4 } });
    await read();
    await alter({ partition });
    await untilKnown(0);
    await read();
    await alter({ offset: { position: 2 } });
    await alter({ partition: null, offset: { position: 2 } });
    await alter({ partition, offset: { position: 'x' } });
    await alter({ partition, offset: { position: -2 } });
    await alter({ partition, offset: { other: 2 } });
    await alter({ partition: { nope: 1 }, offset: { position: 2 } });
    await alter({ partition: 'x', offset: { position: 2 } });
    await alter({ partition, offset: { position: 2 }, more: 1 });
    for (const body of [
      '',
      '{',
      '[]',
      'null',
      '{}',
      '{"offsets":[]}',
      '{"offsets":null}',
      '{"offsets":{}}',
      '{"nope":1}',
    ])
      await side.ask('PATCH', path, { body });
    await side.ask('DELETE', path);
    await untilKnown(0);
    await read();
    await side.ask('DELETE', path);
    await side.ask('PUT', side.path('src', '/resume'));
    await side.until(path, ({ offsets }: Offsets) => offsets[0]?.offset?.position === 6);
    await side.ask('DELETE', side.path('src'));
  }),
  scenario('offsets of a sink', async (side) => {
    const file = side.file('sink-in.txt');
    appendFileSync(file, 'a\nb\nc\n');
    const topic = side.named('sunk');
    const path = side.path('snk', '/offsets');
    const read = () => side.ask('GET', path);
    const alter = (...offsets: unknown[]) => side.ask('PATCH', path, { body: { offsets } });
    const partition = { kafka_topic: topic, kafka_partition: 0 };
    await create(side, 'feed', sourceConfig(side, { file, topic }));
    await create(side, 'snk', sinkConfig(side, { topics: topic }));
    await side.until(path, ({ offsets }: Offsets) => offsets[0]?.offset?.kafka_offset === 3);
    await read();
    await alter({ partition, offset: { kafka_offset: 1 } });
    await side.ask('DELETE', path);
    await stop(side, 'snk');
    await read();
    await alter({ partition, offset: { kafka_offset: 1 } });
    await read();
    await alter({ partition: { kafka_topic: topic, kafka_partition: '0' }, offset: { kafka_offset: '2' } });
    await read();
    await alter({ partition: { ...partition, more: 1 }, offset: { kafka_offset: 1000 } });
    await read();
    await alter({ partition, offset: null });
    await read();
    await alter({ partition, offset: { kafka_offset: 1 } }, { partition, offset: { kafka_offset: 2 } });
    await read();
    await alter({ partition: { kafka_topic: topic }, offset: { kafka_offset: 1 } });
    await alter({ partition: { kafka_partition: 0 }, offset: { kafka_offset: 1 } });
    await alter({ partition, offset: { nope: 1 } });
    await alter({ partition, offset: { kafka_offset: 'abc' } });
    await alter({ partition, offset: { kafka_offset: -1 } });
    await alter({ partition: { kafka_topic: topic, kafka_partition: 'abc' }, offset: { kafka_offset: 1 } });
    await alter({ offset: { kafka_offset: 1 } });
    await alter({
      partition: { kafka_topic: side.named('nosuch'), kafka_partition: 0 },
      offset: { kafka_offset: 1 },
    });
    await alter({ partition: { kafka_topic: topic, kafka_partition: 9 }, offset: { kafka_offset: 1 } });
    await alter({ partition: { kafka_topic: side.named('nosuch'), kafka_partition: 0 }, offset: null });
    await read();
    await side.ask('DELETE', path);
    await read();
    await side.ask('DELETE', path);
    await side.ask('PUT', side.path('snk', '/resume'));
    await side.until(path, ({ offsets }: Offsets) => offsets[0]?.offset?.kafka_offset === 3);
    await side.ask('DELETE', side.path('snk'));
    await side.ask('DELETE', side.path('feed'));
  }),
];
