import { expect, test } from 'vitest';
import { listenError, parseListener, requireAllowed } from './listen-address.ts';

test.each([
  ['http://127.0.0.1:8083', { host: '127.0.0.1', port: 8083 }],
  ['http://[::1]:0', { host: '::1', port: 0 }],
  ['HTTP://name:1/', { host: 'name', port: 1 }],
  ['http://:8083', { host: '0.0.0.0', port: 8083 }],
])('reads %s', (text, address) => {
  expect(parseListener(text)).toEqual(address);
});

test.each(['', '8083', 'ftp://a:1', 'http://a', 'http://a:70000', 'https://a:1'])(
  'refuses "%s" and names the key',
  (text) => {
    expect(() => parseListener(text)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  },
);

test('a port in use is told with the option that changes it', () => {
  const cause = Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
  const error = listenError(cause, { host: '127.0.0.1', port: 8083 }, '--http-port');
  expect(error).toMatchObject({ code: 'PORT_IN_USE', details: { path: '--http-port' } });
  expect(error.message).toBe('Port 8083 on 127.0.0.1 is in use by another process.');
});

test('other machines are let in only where that was said', () => {
  for (const host of ['127.0.0.1', '::1', 'localhost']) requireAllowed({ host, port: 1 }, false);
  requireAllowed({ host: '0.0.0.0', port: 1 }, true);
  for (const host of ['0.0.0.0', '::', '10.0.0.7', 'worker'])
    expect(() => requireAllowed({ host, port: 1 }, false)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        details: expect.objectContaining({ path: 'listeners' }),
      }),
    );
});
