import { MillraceError } from '@millrace/sdk';
import type { ConnectionConfig } from './connection-options.ts';
import { shownUrl } from './http-error.ts';

/** A config with the address that everything is about. */
export type AddressedConfig = ConnectionConfig & { readonly url: string };

/** Whether an address is on the server of `url`: same scheme, name and port. Only that one learns who asks. */
export const isHome = (config: AddressedConfig, url: URL): boolean =>
  url.origin === new URL(config.url).origin;

/** An address that answers may lead to. @throws {MillraceError} HTTP_PAGE_ELSEWHERE (class config) */
export function pageAddress(config: AddressedConfig, target: string, from: URL): URL {
  const next = URL.parse(target, from);
  const isHttp = next !== null && /^https?:$/.test(next.protocol);
  if (isHttp && (isHome(config, next) || config.redirects === 'any')) return next;
  throw new MillraceError(`The next page of ${shownUrl(from)} is on another server.`, {
    code: 'HTTP_PAGE_ELSEWHERE',
    class: 'config',
    path: 'redirects',
    hint: 'Set redirects=any if its server may send the connector anywhere; credentials do not go along.',
  });
}
