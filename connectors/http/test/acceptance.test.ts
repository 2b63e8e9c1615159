import { acceptance, type Entry, type SinkPlace, type SourcePlace } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { ApiServer, type Received } from './api-server.ts';

const PAGE = 7;
const QUICK = { 'retry.tries': '1', 'retry.backoff.ms': '10' };
/** A port on which nobody listens. */
const UNREACHABLE = { url: 'http://127.0.0.1:1/items' };

const server = new ApiServer();
/** What stands under each path. */
const lists = new Map<string, { readonly id: number; readonly entry: Entry }[]>();
const written = new Map<string, Map<string, Entry>>();
let places = 0;

server.answer = (request) => {
  if (request.method === 'HEAD') return { status: 405 };
  return request.method === 'GET' ? list(request) : write(request);
};

/** Items from an id on, that one included, in pages that a cursor leads through. */
function list({ path, query }: Received) {
  const since = Number(query.get('since') ?? 0);
  const from = Number(query.get('cursor') ?? 0);
  const all = (lists.get(path) ?? []).filter(({ id }) => id >= since);
  const next = from + PAGE < all.length ? String(from + PAGE) : null;
  return { body: { data: all.slice(from, from + PAGE), next } };
}

/** Each idempotency key once. */
function write({ path, headers, body }: Received) {
  const { key, value } = JSON.parse(body);
  if (value === 'poison') return { status: 422 };
  const entries = written.get(path) ?? new Map<string, Entry>();
  written.set(path, entries);
  const id = String(headers['idempotency-key']);
  if (!entries.has(id)) entries.set(id, { key, value });
  return { status: 201 };
}

async function sourcePlace(): Promise<SourcePlace> {
  const path = `/place-${places++}`;
  const all: { readonly id: number; readonly entry: Entry }[] = [];
  lists.set(path, all);
  return {
    options: {
      ...{ url: server.url + path, topic: 'items', 'poll.interval.ms': '20', ...QUICK },
      ...{ 'items.pointer': '/data', 'key.pointer': '/entry/key' },
      ...{ pagination: 'cursor', 'cursor.pointer': '/next' },
      ...{ 'incremental.pointer': '/id', 'incremental.parameter': 'since' },
    },
    unstartable: UNREACHABLE,
    insert: async (entries) => {
      for (const entry of entries) all.push({ id: all.length, entry });
    },
    entryOf: ({ value }) => (value as { entry: Entry }).entry,
    close: async () => undefined,
  };
}

async function sinkPlace(): Promise<SinkPlace> {
  const path = `/place-${places++}`;
  return {
    options: { url: server.url + path, 'max.in.flight': '8', ...QUICK },
    unstartable: UNREACHABLE,
    record: ({ key, value }, { partition, offset }) => ({
      ...{ topic: 't', partition, offset, key, headers: [], timestamp: null },
      value: value === null ? null : { key, value },
    }),
    poison: ({ partition, offset }) => ({
      ...{ topic: 't', partition, offset, key: 'k0', headers: [], timestamp: null },
      value: { key: 'k0', value: 'poison' },
    }),
    contents: async () => [...(written.get(path)?.values() ?? [])],
    close: async () => undefined,
  };
}

const outage = { begin: () => server.kill(), end: () => server.start() };
const refusals = [
  { what: 'an address that is none', options: { url: 'localhost' }, key: 'url' },
  { what: 'a password in the address', options: { url: 'http://a:b@127.0.0.1/' }, key: 'url' },
  { what: 'an address without server', options: UNREACHABLE, key: 'url' },
  { what: 'an unknown way to log in', options: { 'auth.type': 'kerberos' }, key: 'auth.type' },
  {
    what: 'a login without a password',
    options: { 'auth.type': 'basic', 'auth.user': 'a' },
    key: 'auth.password',
  },
  { what: 'headers that are none', options: { headers: 'a: b' }, key: 'headers' },
  { what: 'a secret among the headers', options: { headers: '{"Authorization": "x"}' }, key: 'headers' },
];

acceptance({
  manifest,
  setup: () => server.start(),
  teardown: () => server.kill(),
  source: {
    class: 'HttpSource',
    open: sourcePlace,
    outage,
    abilities: { deletes: false, exactResume: false },
    refusals: [
      ...refusals,
      { what: 'a pointer that is none', options: { 'items.pointer': 'data' }, key: 'items.pointer' },
      { what: 'a cursor from nowhere', options: { 'cursor.pointer': '' }, key: 'cursor.pointer' },
      { what: 'a place in lines', options: { 'response.format': 'jsonl' }, key: 'items.pointer' },
    ],
  },
  sink: {
    class: 'HttpSink',
    open: sinkPlace,
    outage,
    abilities: { keeps: 'all', idempotent: true, tombstones: 'refuse' },
    refusals: [
      ...refusals,
      { what: 'a status that is none', options: { 'statuses.retry': '5xx' }, key: 'statuses.retry' },
      { what: 'a server by record', options: { url: `http://\${key}.test/` }, key: 'url' },
      {
        what: 'deletions among several',
        options: { 'batch.format': 'array', 'behavior.on.null.values': 'delete' },
        key: 'behavior.on.null.values',
      },
    ],
  },
});
