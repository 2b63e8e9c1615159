import { createServer } from 'node:net';

/** A port that is free at this moment, for who must know its own address before it listens. */
export function freePort(host: string): Promise<number> {
  return tryToListen(host, 0);
}

/** Whether nobody listens on a port at this moment. */
export function isFree(host: string, port: number): Promise<boolean> {
  return tryToListen(host, port).then(
    () => true,
    () => false,
  );
}

function tryToListen(host: string, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
