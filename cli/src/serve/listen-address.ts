import { MillraceError } from '@millrace/foundation';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads one of Kafka Connect's `listeners`, such as `http://127.0.0.1:8083`. @throws {MillraceError} INVALID_CONFIG */
export function parseListener(listener: string): ListenAddress {
  const match = /^(http|https):\/\/(\[[^\]]*\]|[^:/]*):(\d{1,5})\/?$/i.exec(listener.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw wrong(listener, 'must look like http://127.0.0.1:8083');
  if (match[1]?.toLowerCase() === 'https')
    throw wrong(listener, 'asks for https, which this version does not serve');
  const host = (match[2] ?? '').replace(/^\[|\]$/g, '');
  // As in Kafka Connect, no host means all interfaces; whoever wants that has written it so.
  return { host: host === '' ? '0.0.0.0' : host, port };
}

/**
 * The REST API asks nobody who they are, so it is reached from other machines only where that was said.
 * @throws {MillraceError} INVALID_CONFIG
 */
export function requireAllowed({ host }: ListenAddress, allowsUnauthenticated: boolean): void {
  if (allowsUnauthenticated || host === 'localhost' || host === '::1' || host.startsWith('127.')) return;
  throw new MillraceError(
    `"listeners" lets other machines in at ${host}, where everybody could change everything: there is no login.`,
    {
      ...{ code: 'INVALID_CONFIG', class: 'config', path: 'listeners' },
      hint: 'Listen on 127.0.0.1, or set allow.unauthenticated=true where a firewall or a proxy asks who they are.',
    },
  );
}

/** What a failed `listen` means to whoever started the command. */
export function listenError(error: unknown, address: ListenAddress, option: string): MillraceError {
  const code = (error as NodeJS.ErrnoException).code;
  const where = `${address.host}:${address.port}`;
  if (code === 'EADDRINUSE') {
    return new MillraceError(`Port ${address.port} on ${address.host} is in use by another process.`, {
      code: 'PORT_IN_USE',
      class: 'config',
      path: option,
      hint: `Stop that process, or choose another port with ${option}.`,
      cause: error,
    });
  }
  return new MillraceError(`Can't listen on ${where}: ${(error as Error).message}.`, {
    code: 'LISTEN_FAILED',
    class: 'config',
    path: option,
    hint: `Choose an address of this machine with ${option}.`,
    cause: error,
  });
}

function wrong(listener: string, what: string): MillraceError {
  return new MillraceError(`"listeners" ${what}, not ${listener}.`, {
    code: 'INVALID_CONFIG',
    class: 'config',
    path: 'listeners',
    hint: 'Correct "listeners" and try again.',
  });
}
