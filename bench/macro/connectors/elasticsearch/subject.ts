import { startService } from '@millrace/test/support';
import { useOfTrees } from '../../../measure/process-tree.ts';
import { measured } from '../../connect/pipelines.ts';
import type { RunningWorker } from '../../connect/side.ts';
import type { Subject } from '../subject.ts';
import { bodiesOf, documentOf, sendBodies } from './raw-bulk.ts';

const TOPIC = 'documents';
const DOCUMENTS = 300_000;

/** Elasticsearch beside raw bulk requests: no sink for Kafka Connect was found in the registries. */
export async function elasticsearchSubject({ scale }: { readonly scale: number }): Promise<Subject> {
  const documents = DOCUMENTS * scale;
  const { url, stop } = await startService('elasticsearch', {
    env: {
      ELASTICSEARCH_HEAP: '2g',
      ES_JAVA_OPTS: '-XX:TieredStopAtLevel=4 -XX:-UseSerialGC -XX:+UseG1GC',
      ELASTICSEARCH_YML: 'indices.breaker.total.use_real_memory: false',
    },
  });
  let count = 0;
  const anew = async (): Promise<string> => {
    const index = `documents-${++count}`;
    await ask('PUT', `${url}/${index}`, { settings: { number_of_shards: 1, number_of_replicas: 0 } });
    return index;
  };
  const perMillion = (cpuSeconds: number): number => (cpuSeconds * 1e6) / documents;
  return {
    title: 'Elasticsearch',
    about: `${documents} documents of some 120 B,`,
    sides: ['Millrace'],
    prepare: (topics) =>
      topics.fill(TOPIC, documents, (n) => ({
        key: Buffer.from(String(n)),
        value: Buffer.from(documentOf(n)),
      })),
    async round({ worker, prefix, note }) {
      const index = await anew();
      const server = serverCpu(worker);
      const moved = await measured(
        worker,
        { name: `${prefix}e`, lines: documents, config: sinkConfig(url, index) },
        async () => (await written(url, index)) >= documents,
      );
      note('sink: documents/s', moved.linesPerSecond);
      note('sink: CPU s per million', moved.cpuSecondsPerMillion);
      note('server CPU s per million', perMillion(server()));
      await ask('DELETE', `${url}/${index}`);
    },
    async alone(note) {
      for (const atATime of [1, 2]) {
        const index = await anew();
        const bodies = bodiesOf(index, documents);
        const server = serverCpu(null);
        const seconds = await sendBodies(url, bodies, atATime);
        const row = atATime === 1 ? 'sink: documents/s' : `bulk, ${atATime} at a time: documents/s`;
        note(row, documents / seconds);
        if (atATime === 1) note('server CPU s per million', perMillion(server()));
        await ask('DELETE', `${url}/${index}`);
      }
    },
    close: stop,
  };
}

/** Processor seconds of the server from here on: it is a descendant of this process, as the workers are. */
function serverCpu(worker: RunningWorker | null): () => number {
  const used = () => {
    const { user, system } = process.cpuUsage();
    const others = worker === null ? 0 : useOfTrees([worker.pid]).cpuSeconds;
    return useOfTrees([process.pid]).cpuSeconds - (user + system) / 1e6 - others;
  };
  const before = used();
  return () => used() - before;
}

function sinkConfig(url: string, index: string) {
  return {
    'connector.class': 'ElasticsearchSink',
    ...{ topics: TOPIC, 'connection.url': url, index, 'schema.ignore': 'true' },
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  };
}

async function written(url: string, index: string): Promise<number> {
  const stats = (await ask('GET', `${url}/${index}/_stats/indexing`)) as {
    readonly _all: { readonly primaries: { readonly indexing: { readonly index_total: number } } };
  };
  return stats._all.primaries.indexing.index_total;
}

async function ask(method: string, url: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
}
