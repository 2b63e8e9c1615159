import { commandLine, type ReplyBodyOf, type Route } from '@millrace/rest-api/contract';
import { API_PREFIX } from '../base-path.ts';
import { call, type Given, urlOf } from './client.ts';

/** Something that is asked of the server, and how a person would ask it without this page. */
export interface Asked<T = unknown> {
  readonly run: () => Promise<T>;
  readonly curl: string;
  /** Null where the command has no act for it. */
  readonly cli: string | null;
}

/** An operation of the contract with what is given to it. */
export function ask<R extends Route>(route: R, given: Given<R>): Asked<ReplyBodyOf<R>> {
  const words = commandLine(route, given);
  return {
    run: () => call(route, given),
    curl: curlOf(
      route.method,
      urlOf(route.url, given.params ?? {}, given.query ?? {}),
      given.body,
      given.headers,
    ),
    cli: words === null ? null : ['millrace', ...words.map(quoted)].join(' '),
  };
}

function curlOf(method: string, path: string, body: unknown, headers: object = {}): string {
  const origin = typeof window === 'undefined' ? '' : window.location.origin;
  const lines = [`curl -X ${method} ${quoted(`${origin}${API_PREFIX}${path}`)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) {
    lines.push(`-H 'content-type: application/json'`, `-d ${quoted(JSON.stringify(body, null, 2))}`);
  }
  return lines.join(' \\\n  ');
}

/** A word for a shell: in single quotes where it has anything that a shell would read. */
function quoted(text: string): string {
  return /^[\w.:/@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
