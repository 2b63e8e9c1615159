import { expect, it } from 'vitest';
import { runChild } from './clients/child.ts';
import { clientSuite, createTopic } from './clients/client-suite.ts';
import { kcat } from './clients/kcat.ts';

clientSuite(kcat, (peer) => {
  it('lists brokers and topics, and finds offsets by time', async () => {
    await createTopic(peer(), 'listed', 2);
    const beforeMs = Date.now();
    await kcat.produce(peer().address, 'listed', 'lz4', [{ key: 'k', value: 'v', headers: {} }]);
    const listed = JSON.parse(await runChild('kcat', ['-L', '-b', peer().address, '-t', 'listed', '-J']));
    expect(listed).toMatchObject({ brokers: [{ id: 1, name: peer().address }], controllerid: 1 });
    expect(listed.topics[0].partitions.map(({ partition }: { partition: number }) => partition)).toEqual([
      0, 1,
    ]);
    const [stored] = await kcat.consume(peer().address, 'listed', 1);
    const at = (ms: number) => ['-Q', '-b', peer().address, '-t', `listed:${stored?.partition}:${ms}`];
    expect(await runChild('kcat', at(beforeMs - 1000))).toContain('offset 0');
    expect(await runChild('kcat', at(Date.now() + 60_000))).toContain('offset -1');
  });
});
