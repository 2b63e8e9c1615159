import { Socket, type SocketConstructorOpts } from 'node:net';

/** Part of Node's sockets that its types leave out: the handle that a server's socket is made around. */
interface WithHandle {
  _handle: object | null;
}

type SocketOptions = Omit<SocketConstructorOpts, 'handle'> & { handle: object; pauseOnCreate: true };

/**
 * Takes over an accepted socket so that what comes is read into `buffer`, the same for all connections, in place of memory
 * of its own: a broker that takes in gigabytes leaves nothing to collect. `onread` is a documented option of a socket, but
 * not of a server, hence the detour. The socket is paused.
 *
 * @param onBytes its argument is a view of `buffer`, and good until it returns
 */
export function readingInto(accepted: Socket, buffer: Buffer, onBytes: (bytes: Buffer) => void): Socket {
  const holder = accepted as unknown as WithHandle;
  const handle = holder._handle;
  if (handle === null) return accepted;
  holder._handle = null;
  accepted.destroy();
  const options: SocketOptions = {
    handle,
    pauseOnCreate: true,
    onread: {
      buffer,
      callback: (count) => {
        onBytes(buffer.subarray(0, count));
        return true;
      },
    },
  };
  return new Socket(options as SocketConstructorOpts);
}
