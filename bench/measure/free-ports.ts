import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, so that none takes one between this answer and its use. */
const FIRST_PORT = 21_000;
const PORT_SPAN = 4_000;
const TRIES = 50;

/** The first of `count` ports in a row that are free on the loopback. @throws {Error} where none are found */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const first = FIRST_PORT + Math.floor(Math.random() * (PORT_SPAN - count));
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row from ${FIRST_PORT} on`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
