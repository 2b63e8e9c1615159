import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { MillraceError } from '@millrace/foundation';

/** Refuses what a web page of someone else could make a browser send here. */

function forbidden(message: string, hint: string): MillraceError {
  return new MillraceError(message, { code: 'FORBIDDEN', class: 'auth', hint });
}

/**
 * DNS rebinding: a page can reach this server through a name of its own that resolves to it, but not make the
 * browser send another name than that.
 *
 * @throws {MillraceError} FORBIDDEN
 */
export function checkHost(headers: IncomingHttpHeaders, allowedHosts: readonly string[]): void {
  if (allowedHosts.includes('*')) return;
  const host = hostName(headers.host ?? '');
  if (host === 'localhost' || host.endsWith('.localhost') || isIP(host) !== 0) return;
  if (allowedHosts.includes(host)) return;
  throw forbidden(
    `This server does not answer to the host name "${host}".`,
    'Use localhost or an IP address, or add the name to the allowed hosts.',
  );
}

/**
 * Cross-site request forgery: a form or a script of another site can post here without asking first.
 *
 * @throws {MillraceError} FORBIDDEN
 */
export function checkOrigin(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  const origin = headers.origin;
  const foreignSite = site === 'cross-site' || site === 'same-site';
  if (!foreignSite && (origin === undefined || hostOf(origin) === headers.host)) return;
  throw forbidden('Requests of other web sites may not change anything here.', 'Use the UI of this server.');
}

/** A Host header without port and brackets, in lower case. */
function hostName(host: string): string {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '');
  return name.toLowerCase();
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Whether a listener on this address is reached from this machine only. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}
