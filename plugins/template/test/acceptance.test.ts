import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { acceptance, type Entry, type SourcePlace } from '@millrace/sdk/testing';
import { expect, test } from 'vitest';
import manifest from '../src/index.ts';

/** While an outage lasts, every connection is cut before it is answered. */
let away = false;

const outage = {
  begin: async () => {
    away = true;
  },
  end: async () => {
    away = false;
  },
};

/** The system under test: a server of its own for each test, empty at first. */
async function openPlace(): Promise<SourcePlace> {
  const entries: (Entry & { id: number })[] = [];
  const server = createServer((request, response) => {
    if (away) return request.destroy();
    const after = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('after'));
    response.setHeader('connection', 'close').end(JSON.stringify(entries.slice(after, after + 10)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    options: { url, topic: 'entries', 'poll.interval.ms': '20' },
    unstartable: { url: 'http://127.0.0.1:1' },
    insert: async (more) => {
      for (const entry of more) entries.push({ id: entries.length + 1, ...entry });
    },
    entryOf: ({ key, value }) => ({ key, value }) as Entry,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('what cannot be reached says why', async () => {
  const place = await openPlace();
  await place.close();
  const [source] = manifest.plugins;
  if (source?.type !== 'source') throw new Error('there is no source');
  const problems = await source.validate?.(place.options, new AbortController().signal);
  expect(JSON.stringify(problems)).toContain(`ECONNREFUSED ${new URL(`${place.options.url}`).host}`);
});

acceptance({
  manifest,
  source: {
    class: 'TemplateSource',
    open: openPlace,
    outage,
    abilities: { exactResume: true, deletes: true },
    refusals: [
      { what: 'an address without server', options: { url: 'http://127.0.0.1:1' }, key: 'url' },
      { what: 'a wait that is no number', options: { 'poll.interval.ms': 'long' }, key: 'poll.interval.ms' },
    ],
  },
});
