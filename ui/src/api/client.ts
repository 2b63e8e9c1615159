import type { BodyOf, ErrorBody, ParamsOf, QueryOf, ReplyBodyOf, Route } from '@millrace/rest-api/contract';
import { API_PREFIX } from '../base-path.ts';

/** A refusal of the server, or its silence, in one sentence with what to do about it. */
class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly hint: string | null;
  /** The config key at fault, where the server named one. */
  readonly path: string | null;

  constructor(status: number, message: string, hint: string | null, path: string | null = null) {
    super(message);
    this.status = status;
    this.hint = hint;
    this.path = path;
  }
}

/** What an operation is given. */
export interface Given<R extends Route> {
  readonly params?: ParamsOf<R>;
  readonly query?: QueryOf<R>;
  readonly body?: BodyOf<R>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Calls an operation of the contract.
 *
 * @throws {ApiError} where the server refuses or does not answer
 */
export async function call<R extends Route>(route: R, given: Given<R> = {}): Promise<ReplyBodyOf<R>> {
  const headers: Record<string, string> = { ...given.headers };
  const init: RequestInit = { method: route.method, headers };
  if (given.signal) init.signal = given.signal;
  if (given.body !== undefined) {
    init.body = JSON.stringify(given.body);
    headers['content-type'] = 'application/json';
  }
  const response = await reach(urlOf(route.url, given.params ?? {}, given.query ?? {}), init);
  const text = await response.text();
  const answer: unknown = text === '' ? null : parsed(text);
  if (response.ok) return answer as ReplyBodyOf<R>;
  throw refusal(response.status, answer);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${API_PREFIX}${url}`, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'The server does not answer.', 'See whether the worker is running.');
  }
}

/** Fills `:name` parts of a path in and appends the query; values that are not given are left out. */
export function urlOf(pattern: string, params: object, query: object): string {
  const values = new Map(Object.entries(params));
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) search.append(key, String(one));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(status: number, answer: unknown): ApiError {
  const body = answer as Partial<ErrorBody> | null;
  return new ApiError(
    status,
    body?.message ?? `The server answered HTTP ${status}.`,
    body?.hint ?? null,
    body?.path ?? null,
  );
}

/** What is shown of a failure. */
export interface Explained {
  readonly message: string;
  readonly hint: string | null;
  readonly path: string | null;
  readonly status: number;
}

/** What to show of any failure of a call. */
export function explain(error: unknown): Explained {
  if (error instanceof ApiError) return error;
  return {
    message: error instanceof Error ? error.message : String(error),
    hint: null,
    path: null,
    status: 0,
  };
}
