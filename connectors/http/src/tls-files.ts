import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { MillraceError } from '@millrace/sdk';
import type { ConnectionConfig } from './connection-options.ts';

/** What encrypted connections are made with, as Node takes it. */
export interface TlsFiles {
  /** Whom to trust; to any server. */
  readonly trust: { readonly ca?: Buffer };
  /** Who we are; only to servers that the config names. */
  readonly identity: { readonly cert?: Buffer; readonly key?: Buffer; readonly passphrase?: string };
}

/** Reads the files of the options `tls.*`. @throws {MillraceError} TLS_FILE_NOT_USABLE (class config) */
export async function tlsFiles(config: ConnectionConfig): Promise<TlsFiles> {
  const [ca, cert, key] = await Promise.all([
    fileOf(config, 'tls.ca.path'),
    fileOf(config, 'tls.certificate.path'),
    fileOf(config, 'tls.key.path'),
  ]);
  const password = config['tls.key.password'];
  const identity = { ...(cert && { cert }), ...(key && { key }), ...(password && { passphrase: password }) };
  const trust = ca ? { ca } : {};
  check(() => createSecureContext(trust), 'tls.ca.path', config['tls.ca.path']);
  check(() => createSecureContext(identity), 'tls.key.path', config['tls.key.path']);
  return { trust, identity };
}

async function fileOf(
  config: ConnectionConfig,
  option: 'tls.ca.path' | 'tls.certificate.path' | 'tls.key.path',
): Promise<Buffer | null> {
  const path = config[option];
  if (!path) return null;
  try {
    return await readFile(path);
  } catch (error) {
    throw notUsable(option, path, 'can’t be read', error);
  }
}

function check(use: () => unknown, option: string, path: string | null): void {
  try {
    use();
  } catch (error) {
    throw notUsable(option, path ?? '', 'is no such file in PEM format, or does not fit', error);
  }
}

function notUsable(option: string, path: string, what: string, cause: unknown): MillraceError {
  return new MillraceError(`The file ${path} of "${option}" ${what}.`, {
    code: 'TLS_FILE_NOT_USABLE',
    class: 'config',
    path: option,
    hint: 'Name a file in PEM format that the worker may read; key, certificate and tls.key.password must belong together.',
    cause,
  });
}
