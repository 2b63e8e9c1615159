/**
 * What a request costs the broker, without a client in the way: frames that are encoded once are sent again and again on one connection,
 * so many at a time, and answers are counted by their sizes. Prints processor time of the broker's process.
 *
 *     node bench/micro/broker-wire.ts [--batch-bytes 16384] [--record-bytes 100] [--compression lz4] [--acks -1] [--mib 256] [--rounds 5] [--in-flight 5]
 *
 * With `--bootstrap host:port --pid N` it asks a broker that runs already, one under a profiler say.
 */
import { parseArgs } from 'node:util';
import { createAdmin } from '@millrace/client';
import { fetch } from '@millrace/protocol/messages';
import { compressionTypes } from '@millrace/protocol/records';
import { millraceBroker } from '../macro/broker/millrace.ts';
import { useOfTrees } from '../measure/process-tree.ts';
import { batchOf, frameOf, onAnswers, openWire, produceBatches } from '../measure/wire-load.ts';

const MIB = 1024 * 1024;
/** The last version that names topics. */
const FETCH_VERSION = 12;
const FETCH_BYTES = MIB;

const { values } = parseArgs({
  options: {
    'batch-bytes': { type: 'string', default: '16384' },
    'record-bytes': { type: 'string', default: '100' },
    compression: { type: 'string', default: 'none' },
    acks: { type: 'string', default: '1' },
    mib: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '5' },
    'in-flight': { type: 'string', default: '5' },
    bootstrap: { type: 'string' },
    pid: { type: 'string' },
  },
});
const side = values.bootstrap === undefined ? await millraceBroker() : null;
side?.prepare();
const broker = (await side?.start()) ?? {
  bootstrap: values.bootstrap ?? '',
  pid: Number(values.pid),
  stop: async () => undefined,
};
const recordBytes = Number(values['record-bytes']);
const inFlight = Number(values['in-flight']);
const { batch, records } = batchOf({
  maxBytes: Number(values['batch-bytes']),
  valueBytes: recordBytes,
  compression: compressionTypes.find((name) => name === values.compression) ?? 'none',
});
const requests = Math.ceil((Number(values.mib) * MIB) / batch.length);
console.log(
  `${requests} requests of ${records} records, ${batch.length} B, ${values.compression}, acks=${values.acks}`,
);
try {
  for (let round = 0; round < Number(values.rounds); round++) await play(`wire-${process.pid}-${round}`);
} finally {
  await broker.stop();
  side?.close();
}

async function play(topic: string): Promise<void> {
  const admin = createAdmin({ bootstrapServers: [broker.bootstrap] });
  await admin.createTopics([{ name: topic, partitions: 1 }]);
  await measured('produce', requests, () => produceAll(topic));
  await measured('fetch  ', requests, () => fetchAll(topic));
  await admin.deleteTopics([topic]);
  await admin.close();
}

async function measured(what: string, batches: number, work: () => Promise<void>): Promise<void> {
  const before = useOfTrees([broker.pid]).cpuSeconds;
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = useOfTrees([broker.pid]).cpuSeconds - before;
  const perMillion = ((cpu / (batches * records)) * 1e6).toFixed(3);
  const perBatch = ((cpu / batches) * 1e6).toFixed(1);
  const rss = useOfTrees([broker.pid]).rssMiB.toFixed(0);
  console.log(
    `${what} ${perMillion} CPU s per million records, ${perBatch} us a batch, ${((batches * records) / seconds).toFixed(0)} records/s, RSS ${rss} MiB`,
  );
}

async function produceAll(topic: string): Promise<void> {
  const acks = Number(values.acks);
  await produceBatches(broker.bootstrap, { topic, batch, batches: requests, acks, inFlight });
}

/** Offsets are counted, not read: all batches have as many records. */
async function fetchAll(topic: string): Promise<void> {
  const socket = await openWire(broker.bootstrap);
  const { promise, resolve } = Promise.withResolvers<void>();
  let offset = 0;
  const ask = () =>
    socket.write(
      frameOf(fetch, FETCH_VERSION, {
        maxWaitMs: 500,
        minBytes: 1,
        maxBytes: 50 * MIB,
        topics: [
          { topic, partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: FETCH_BYTES }] },
        ],
      }),
    );
  onAnswers(socket, (bytes) => {
    offset += Math.floor(bytes / batch.length) * records;
    if (offset >= requests * records) resolve();
    else ask();
  });
  ask();
  await promise;
  socket.destroy();
}
