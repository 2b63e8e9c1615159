import { MillraceError } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import { fixedHeaders } from './connection-options.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';
import { pointedAt } from './json-pointer.ts';
import type { HttpOffset } from './source-offset.ts';
import { pageAddress } from './trusted-origins.ts';

const PARAMETERS: Readonly<Record<string, string>> = { page: 'page', offset: 'offset', cursor: 'cursor' };
const PLACEHOLDER = /\$\{(since|position)\}/g;

/**
 * The request for a page.
 * @throws {MillraceError} class config where its position is none of this pagination, or leads to another server
 */
export function pageRequest(config: SourceConfig, { since, position, validator }: HttpOffset): HttpRequest {
  const { method, body } = config;
  const url = pageUrl(config, since, position);
  const conditions: Record<string, string> = {};
  if (position === null && validator?.url === url.href && config['conditional.requests']) {
    if (validator.etag) conditions['If-None-Match'] = validator.etag;
    if (validator.lastModified) conditions['If-Modified-Since'] = validator.lastModified;
  }
  const accept = config['response.format'] === 'json' ? { Accept: 'application/json' } : {};
  const headers = { ...accept, ...fixedHeaders(config), ...conditions };
  if (method === 'GET' || !body) return { method, url, headers };
  const first = position ?? firstPosition(config) ?? '';
  const filled = body.replaceAll(PLACEHOLDER, (_, name) =>
    JSON.stringify(name === 'since' ? (since ?? '') : first).slice(1, -1),
  );
  return {
    method,
    url,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(filled),
  };
}

function pageUrl(config: SourceConfig, since: string | null, position: string | null): URL {
  const { pagination } = config;
  const isAddress = leadsByAddress(config);
  checkPosition(config, position);
  // An address of the server's own has all parameters that it needs.
  if (isAddress && position !== null) return new URL(position);
  const url = new URL(config.url);
  if (config['incremental.parameter'] && since !== null)
    url.searchParams.set(config['incremental.parameter'], since);
  if (config['page.size.parameter'] && config['page.size'] > 0 && pagination !== 'none')
    url.searchParams.set(config['page.size.parameter'], String(config['page.size']));
  const inBody = config.method === 'POST' && config.body?.includes('${' + 'position}') === true;
  const parameter = config['page.parameter'] ?? (inBody ? null : (PARAMETERS[pagination] ?? null));
  const at = position ?? firstPosition(config);
  if (!isAddress && pagination !== 'none' && parameter && at !== null) url.searchParams.set(parameter, at);
  return url;
}

const leadsByAddress = ({ pagination }: SourceConfig): boolean =>
  pagination === 'next-url' || pagination === 'link';

/**
 * Whether a page's position is one of this pagination: it may have been stored under another one, or set by hand.
 * @throws {MillraceError} HTTP_POSITION_NOT_USABLE, HTTP_PAGE_ELSEWHERE (class config)
 */
export function checkPosition(config: SourceConfig, position: string | null): void {
  const { pagination, url } = config;
  if (position === null || pagination === 'none' || pagination === 'cursor') return;
  if (!leadsByAddress(config)) {
    if (!/^\d{1,15}$/.test(position)) throw positionNotUsable(pagination);
    return;
  }
  if (!URL.canParse(position)) throw positionNotUsable(pagination);
  pageAddress(config, position, new URL(url));
}

function positionNotUsable(pagination: string): MillraceError {
  return new MillraceError(`The stored page is none of pagination=${pagination}.`, {
    code: 'HTTP_POSITION_NOT_USABLE',
    class: 'config',
    path: 'pagination',
    hint: 'Alter or delete the offsets of the connector: {"since": "..."} alone begins a round anew.',
  });
}

function firstPosition(config: SourceConfig): string | null {
  if (config.pagination === 'page') return String(config['page.start']);
  return config.pagination === 'offset' ? '0' : null;
}

export interface Page {
  readonly answer: HttpAnswer;
  /** As it was parsed; undefined where it is no JSON. */
  readonly document: unknown;
  readonly items: readonly unknown[];
}

/**
 * Where the next page is; null: this was the last.
 * @throws {MillraceError} HTTP_PAGE_ELSEWHERE (class config) where the server leads to another one
 */
export function nextPosition(config: SourceConfig, position: string | null, page: Page): string | null {
  const { pagination } = config;
  const count = page.items.length;
  const isShort = config['page.size'] > 0 ? count < config['page.size'] : count === 0;
  const at = Number(position ?? firstPosition(config) ?? 0);
  switch (pagination) {
    case 'page':
      return isShort ? null : String(at + 1);
    case 'offset':
      return isShort ? null : String(at + count);
    case 'cursor':
      return cursorOf(config, page);
    case 'next-url':
      return addressOf(config, cursorOf(config, page), page);
    case 'link':
      return addressOf(config, nextLink(String(page.answer.headers.link ?? '')), page);
    default:
      return null;
  }
}

function cursorOf(config: SourceConfig, { document }: Page): string | null {
  const cursor = pointedAt(document, config['cursor.pointer'] ?? '');
  return cursor === undefined ||
    cursor === null ||
    cursor === '' ||
    cursor === false ||
    typeof cursor === 'object'
    ? null
    : String(cursor);
}

/** An entry of a Link header (RFC 8288, 3): its target, and its parameters, whose texts may hold commas. */
const LINK = /<([^>]*)>((?:\s*;\s*[^\s=;,"<>]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"<>]*))?)*)/g;
const IS_NEXT = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s|;|$))/i;

/** The target of `rel="next"` in a Link header. */
function nextLink(header: string): string | null {
  for (const [, target = '', parameters = ''] of header.matchAll(LINK))
    if (IS_NEXT.test(parameters)) return target;
  return null;
}

const addressOf = (config: SourceConfig, target: string | null, { answer }: Page): string | null =>
  target === null ? null : pageAddress(config, target, answer.url).href;
