import { SinkHarness } from '@millrace/sdk/testing';
import { fileSink } from '../src/index.ts';

// Writes the numbers from 0 to `count` in batches of all sizes, from the beginning: what was written before is passed over.
const [file = '', count = '0', compression = 'none'] = process.argv.slice(2);
const sink = new SinkHarness(fileSink, { file, compression, 'rotate.records': '40' });
await sink.start();
await sink.open([{ topic: 't', partition: 0 }]);
const total = Number(count);
for (let from = 0; from < total; ) {
  const size = Math.min(1 + ((from * 7) % 23), total - from);
  await sink.write(
    Array.from({ length: size }, (_, index) => ({
      ...{ topic: 't', partition: 0, offset: from + index, key: null, headers: [], timestamp: null },
      value: from + index,
    })),
  );
  from += size;
  process.stdout.write(`${from}\n`);
}
await sink.stop();
