import { createProducer } from '@millrace/client';
import type { LogEvent, MetricsHistory, PipelineDetail, PluginList } from '@millrace/rest-api/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Millrace, startMillrace } from '../support/millrace.ts';

let millrace: Millrace;

beforeAll(async () => {
  millrace = await startMillrace();
  const config = { 'connector.class': 'FileStreamSink', topics: 'lines', file: `${millrace.dataDir}/out` };
  await call('POST', '/api/v1/topics', { name: 'lines' });
  await call('PUT', '/connectors/copy/config', config);
}, 60_000);
afterAll(() => millrace?.close());

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${millrace.rest}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? null : JSON.parse(text) };
}

test('a running task has figures, its connector a history, its plugin a user and its lines a stream', async () => {
  const producer = createProducer({ bootstrapServers: [millrace.kafka] });
  await producer.send(
    Array.from({ length: 50 }, () => ({ topic: 'lines', key: null, value: Buffer.from('"x"') })),
  );
  await producer.close();
  const pipeline = async () => (await call('GET', '/api/v1/pipelines/copy')).json as PipelineDetail;
  await eventually(async () => (await pipeline()).taskStates[0]?.figures?.records === 50, {
    what: 'the records',
  });
  const [task] = (await pipeline()).taskStates;
  expect(task).toMatchObject({ task: 0, state: 'RUNNING', figures: { lag: 0, lagMs: 0 } });
  expect(task?.figures?.stages.map(({ stage }) => stage)).toEqual(['fetch', 'convert', 'put']);

  const { plugins } = (await call('GET', '/api/v1/plugins')).json as PluginList;
  const user = plugins.find(({ usedBy }) => usedBy.includes('copy'));
  expect(user).toMatchObject({ type: 'sink' });

  const stop = new AbortController();
  const { body } = await fetch(`${millrace.rest}/api/v1/connectors/copy/logs`, { signal: stop.signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('\n\n')) text += (await reader.read()).value;
  stop.abort();
  const event = JSON.parse(/data: (.*)\n/.exec(text)![1]!) as LogEvent;
  expect(event.lines.map(({ message }) => message)).toContain('the task is RUNNING');

  const measured = await eventually(
    async () => {
      const history = (await call('GET', '/api/v1/metrics/history?metric=worker.memory&sinceMs=0')).json;
      const [memory] = (history as MetricsHistory).series;
      expect(memory).toMatchObject({ metric: 'worker.memory', unit: 'bytes' });
      // A moment that was not measured has no figure.
      return memory?.points.findLast((point) => point !== null);
    },
    { what: 'a first figure' },
  );
  expect(measured).toBeGreaterThan(1_000_000);
  expect((await call('GET', '/api/v1/metrics/history')).status).toBe(400);
}, 90_000);
