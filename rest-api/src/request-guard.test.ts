import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestOptions } from './options.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
const open: RestApi[] = [];

beforeEach(() => {
  ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'X' });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

async function start(options: RestOptions = {}): Promise<RestApi> {
  const api = await createRestApi(ports, options);
  open.push(api);
  return api;
}

const statusOf = async (api: RestApi, method: 'GET' | 'POST', headers: Record<string, string>) =>
  (
    await api.inject({
      method,
      url: method === 'GET' ? '/connectors' : '/connectors/orders/restart',
      headers,
    })
  ).statusCode;

describe('on loopback the Host header', () => {
  test.each(['localhost', 'localhost:8083', '127.0.0.1:8083', '[::1]:8083', 'shop.localhost', '192.168.1.4'])(
    '%s is answered',
    async (host) => expect(await statusOf(await start(), 'GET', { host })).toBe(200),
  );

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8083'])(
    '"%s" is refused',
    async (host) => expect(await statusOf(await start(), 'GET', { host })).toBe(403),
  );

  test('may be another one where it is configured', async () => {
    const api = await start({ allowedHosts: ['connect.example'] });
    expect(await statusOf(api, 'GET', { host: 'Connect.example:8083' })).toBe(200);
    expect(await statusOf(api, 'GET', { host: 'evil.example' })).toBe(403);
    expect(await statusOf(await start({ allowedHosts: ['*'] }), 'GET', { host: 'evil.example' })).toBe(200);
  });
});

describe('a page of another site may not change anything', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:9999' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8083' }, 204],
    [{}, 204],
  ])('%j gets %i', async (headers, status) => {
    const api = await start();
    expect(
      await statusOf(api, 'POST', { host: 'localhost:8083', ...headers } as Record<string, string>),
    ).toBe(status);
    expect(ports.herder.calls).toHaveLength(status === 204 ? 1 : 0);
  });

  test('and gets no CORS headers', async () => {
    const api = await start();
    const answer = await api.inject({ method: 'GET', url: '/', headers: { origin: 'http://evil.example' } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test('answers forbid sniffing, framing and caching', async () => {
  const api = await start();
  for (const url of ['/', '/nothing', '/ui/']) {
    const { headers } = await api.inject({ method: 'GET', url });
    expect(headers, url).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['content-security-policy'], url).toContain("frame-ancestors 'none'");
  }
});

/** Sends bytes to a server and answers what came back until it closed. */
async function exchange(address: string, bytes: string): Promise<string> {
  const { port } = new URL(address);
  const socket = connect(Number(port), '127.0.0.1');
  const { promise, resolve } = Promise.withResolvers<string>();
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => resolve(received));
  socket.on('close', () => resolve(received));
  socket.write(bytes);
  return promise;
}

describe('limits of a connection', () => {
  test('a head over the limit gets 431', async () => {
    const api = await start({ headerLimitBytes: 2_048 });
    const address = await api.listen({ host: '127.0.0.1', port: 0 });
    const answer = await exchange(
      address,
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(4_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('"error_code":431');
  });

  test('what is no HTTP gets 400', async () => {
    const address = await (await start()).listen({ host: '127.0.0.1', port: 0 });
    const answer = await exchange(address, '\u0000\u0001\u0002 nonsense\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"error_code":400');
  });

  test('a request that does not arrive in time gets 408', async () => {
    const api = await start({ requestTimeoutMs: 200 });
    const address = await api.listen({ host: '127.0.0.1', port: 0 });
    const answer = await exchange(address, 'GET / HTTP/1.1\r\nHost: localhost\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"error_code":408');
  });

  const POST = 'POST /connectors HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

  test('a body that does not arrive in time gets 408', async () => {
    const api = await start({ requestTimeoutMs: 200 });
    const address = await api.listen({ host: '127.0.0.1', port: 0 });
    const answer = await exchange(address, `${POST}Content-Length: 100\r\n\r\n{"name":`);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  test('an upload over the limit gets 413 before it has ended, whether it says its length or not', async () => {
    const api = await start({ bodyLimitBytes: 1_000 });
    const address = await api.listen({ host: '127.0.0.1', port: 0 });
    const said = await exchange(address, `${POST}Content-Length: 10000000000\r\n\r\n{`);
    expect(said).toMatch(/^HTTP\/1.1 413 /);
    const chunk = `${(2_000).toString(16)}\r\n${'x'.repeat(2_000)}\r\n`;
    const unsaid = await exchange(address, `${POST}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect(unsaid).toMatch(/^HTTP\/1.1 413 /);
  });

  test('JSON that is nested without end gets 400', async () => {
    const api = await start();
    for (const payload of ['['.repeat(500_000), '['.repeat(250_000) + ']'.repeat(250_000)]) {
      const headers = { 'content-type': 'application/json' };
      const answer = await api.inject({ method: 'POST', url: '/connectors', payload, headers });
      expect(answer.statusCode).toBe(400);
    }
  });

  test('heads with thousands of fields get 431', async () => {
    const api = await start();
    const address = await api.listen({ host: '127.0.0.1', port: 0 });
    const fields = Array.from({ length: 5_000 }, (_, index) => `X-${index}: 1\r\n`).join('');
    expect(await exchange(address, `GET / HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
  });

  test('one that sends half a request does not hold up the closing', async () => {
    const api = await start({ closeGraceMs: 50 });
    const address = await api.listen({ host: '127.0.0.1', port: 0 });
    const answer = exchange(address, 'GET / HTTP/1.1\r\nHost: localhost\r\n');
    await fetch(address);
    const begun = performance.now();
    await api.close();
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await answer).toBe('');
  });

  test('a port in use is the error of the socket', async () => {
    const address = await (await start()).listen({ host: '127.0.0.1', port: 0 });
    const second = await start();
    const port = Number(new URL(address).port);
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
