import { readFileSync } from 'node:fs';
import { requireConfig } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterEach, expect, it } from 'vitest';
import { httpSink, httpSource } from '../src/index.ts';
import { ApiServer } from './api-server.ts';

const file = (name: string) => new URL(`./certificates/${name}.pem`, import.meta.url).pathname;
const pem = (name: string) => readFileSync(file(name));
const CA = { 'tls.ca.path': file('ca') };
const CLIENT = { 'tls.certificate.path': file('client'), 'tls.key.path': file('client-key') };

const identity = { cert: pem('server'), key: pem('server-key') };
const open = new ApiServer(identity);
/** Asks who comes. */
const guarded = new ApiServer({ ...identity, ca: pem('ca'), requestCert: true, rejectUnauthorized: true });
const plain = new ApiServer();
const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  for (const server of [open, guarded, plain]) {
    await server.kill();
    server.received.length = 0;
  }
});

async function read(server: ApiServer, options: Record<string, string>): Promise<SourceHarness> {
  await server.start();
  const given = {
    url: `${server.url}/items`,
    topic: 't',
    'poll.interval.ms': '20',
    'retry.tries': '1',
    ...options,
  };
  const harness = new SourceHarness(httpSource, given);
  running.push(harness);
  server.answer = () => ({ body: [1] });
  await harness.start();
  await harness.pollUntil('an item', (records) => records.length > 0);
  return harness;
}

it('reads from a server whose authority the config names', async () => {
  await read(open, CA);
});

it.each<[string, ApiServer, Record<string, string>, object]>([
  ['an authority that nobody named', open, {}, { code: 'HTTP_NOT_TRUSTED', class: 'config' }],
  [
    'another authority',
    open,
    { 'tls.ca.path': file('other') },
    { code: 'HTTP_NOT_TRUSTED', class: 'config' },
  ],
  ['no client certificate', guarded, CA, { code: 'HTTP_CERTIFICATE_REFUSED', class: 'auth' }],
  [
    'a client certificate that nobody trusts',
    guarded,
    { ...CA, 'tls.certificate.path': file('other'), 'tls.key.path': file('other-key') },
    // Some servers say nothing and hang up.
    { code: 'HTTP_NO_ANSWER', details: { hint: expect.stringContaining('certificate') } },
  ],
  [
    'half a client certificate',
    guarded,
    { ...CA, 'tls.key.path': file('client-key') },
    { code: 'OPTION_MISSING' },
  ],
  [
    'a key that is another’s',
    guarded,
    { ...CA, ...CLIENT, 'tls.key.path': file('other-key') },
    { code: 'TLS_FILE_NOT_USABLE', class: 'config', details: { path: 'tls.key.path' } },
  ],
  [
    'a file that is missing',
    open,
    { 'tls.ca.path': '/nowhere/ca.pem' },
    { code: 'TLS_FILE_NOT_USABLE', details: { path: 'tls.ca.path' } },
  ],
])('says what is wrong: %s', async (_, server, options, error) => {
  const failed = await read(server, options).catch((thrown: unknown) => thrown);
  expect(failed).toMatchObject(error);
  expect(failed).toMatchObject({ details: { hint: expect.any(String) } });
});

it('says so where a server speaks no TLS', async () => {
  await plain.start();
  const url = plain.url.replace('http:', 'https:');
  const harness = new SourceHarness(httpSource, { url, topic: 't', 'retry.tries': '1' });
  running.push(harness);
  await expect(harness.start()).rejects.toMatchObject({ code: 'HTTP_NOT_ENCRYPTED', class: 'config' });
});

it('shows its client certificate, also from a key with a password, and writes', async () => {
  await read(guarded, { ...CA, ...CLIENT });
  const sink = new SinkHarness(httpSink, {
    ...{ url: `${guarded.url}/in`, ...CA, ...CLIENT, 'validation.request': 'none' },
    ...{ 'tls.key.path': file('client-key-encrypted'), 'tls.key.password': 'open-sesame' },
  });
  running.push(sink);
  await sink.start();
  const record = { topic: 't', partition: 0, offset: 0, key: null, value: 1, headers: [], timestamp: null };
  await sink.write([record]);
  expect(guarded.received.at(-1)?.body).toBe('1');
});

it('shows its client certificate to no other server', async () => {
  await guarded.start();
  await open.start();
  open.answer = () => ({ body: [1], headers: { Link: `<${guarded.url}/steal>; rel="next"` } });
  const options = { pagination: 'link', redirects: 'any', 'retry.tries': '1', ...CA, ...CLIENT };
  const harness = new SourceHarness(httpSource, { url: `${open.url}/items`, topic: 't', ...options });
  running.push(harness);
  await harness.start();
  expect((await harness.poll())?.length).toBe(1);
  await expect(harness.poll()).rejects.toMatchObject({ code: 'HTTP_CERTIFICATE_REFUSED' });
  expect(guarded.received).toEqual([]);
});

it('finds out before it runs that a certificate is not trusted', async () => {
  await open.start();
  const config = requireConfig(httpSource.config, { url: `${open.url}/items`, topic: 't' });
  expect(await httpSource.validate?.(config, new AbortController().signal)).toMatchObject([{ key: 'url' }]);
});
