import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type ConnectionSettings, Session } from './connection.ts';

/** Logs everybody in, answers the first statement of a connection, and is silent from then on. */
async function silentServer(): Promise<{ port: number; connections: () => number }> {
  const sockets = new Set<Socket>();
  const message = (type: string, body: Buffer) => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), size, body]);
  };
  const ready = message('Z', Buffer.from('I'));
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
      socket.once('data', () =>
        socket.write(Buffer.concat([message('C', Buffer.from('SELECT 0\0')), ready])),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => sockets.size };
}

const settings = (port: number): ConnectionSettings => ({
  host: '127.0.0.1',
  port,
  user: 'u',
  password: null,
  database: 'd',
  sslmode: 'disable',
  sslrootcert: null,
  sslcert: null,
  sslkey: null,
  searchPath: null,
  connectTimeoutMs: 1_000,
  queryTimeoutMs: 50,
  keys: { host: 'h', user: 'u', password: 'p', database: 'd', sslmode: 's' },
});

it('a statement that a silent server never answers fails, and its connection is not used again', async () => {
  const { port, connections } = await silentServer();
  const session = new Session(settings(port));
  onTestFinished(() => session.close());
  const first = await session.client();
  const ended = new Promise((resolve) => first.once('end', resolve));
  await expect(session.query('SELECT 1', [], 'Asking')).rejects.toMatchObject({
    code: 'POSTGRES_SILENT',
    details: { class: 'transient' },
  });
  await ended;
  expect(await session.client()).not.toBe(first);
  expect(connections()).toBe(2);
}, 10_000);
