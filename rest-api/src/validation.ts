import type { TSchema } from 'typebox';
import type { Builders, Route, RouteSchemas } from './contract/index.ts';
import { badRequest } from './errors.ts';

interface Problem {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

type Check = (value: unknown) => readonly Problem[];

/** Validates what a request carries against its route's schemas. TypeBox is loaded when it is first needed. */
export interface Validator {
  /** @throws {MillraceError} BAD_REQUEST with the key at fault */
  query(route: Route, raw: unknown): Promise<unknown>;
  /** @throws {MillraceError} BAD_REQUEST with the key at fault */
  body(route: Route, body: unknown): Promise<void>;
}

export function createValidator(): Validator {
  const checks = new Map<TSchema, Check>();
  const schemasByRoute = new Map<Route, RouteSchemas>();

  async function schemasOf(route: Route): Promise<RouteSchemas> {
    const known = schemasByRoute.get(route);
    if (known) return known;
    const { Type } = await import('typebox');
    const schemas = route.schemas(Type satisfies Builders);
    schemasByRoute.set(route, schemas);
    return schemas;
  }

  async function problemsOf(schema: TSchema, value: unknown): Promise<readonly Problem[]> {
    const known = checks.get(schema);
    if (known) return known(value);
    const { Compile } = await import('typebox/schema');
    const compiled = Compile(schema);
    const check: Check = (candidate) => (compiled.Check(candidate) ? [] : compiled.Errors(candidate)[1]);
    checks.set(schema, check);
    return check(value);
  }

  return {
    async query(route, raw) {
      const present = raw as Record<string, unknown>;
      if (Object.keys(present).length === 0 && route.query !== 'required') return present;
      const schema = (await schemasOf(route)).query;
      if (schema === undefined) return present;
      const value = coerceQuery(schema, present);
      const problem = (await problemsOf(schema, value))[0];
      if (problem !== undefined) throw queryError(problem, present);
      return value;
    },
    async body(route, body) {
      const schema = (await schemasOf(route)).body;
      if (schema === undefined) return;
      const problems = await problemsOf(schema, body);
      if (problems.length > 0) throw bodyError(problems, body);
    },
  };
}

/** Query values are text; those that read as what the schema wants become it, others stay and are refused. */
function coerceQuery(schema: TSchema, raw: Record<string, unknown>): Record<string, unknown> {
  const properties = ('properties' in schema ? schema.properties : {}) as Record<string, { type?: string }>;
  const value: Record<string, unknown> = {};
  for (const [key, { type }] of Object.entries(properties)) {
    const sent = raw[key];
    if (sent === undefined) continue;
    if (type === 'array') value[key] = Array.isArray(sent) ? sent : [sent];
    else if (type === 'boolean' && typeof sent === 'string') value[key] = booleanOf(sent);
    else if (type === 'integer' && typeof sent === 'string' && /^-?\d{1,15}$/.test(sent)) {
      value[key] = Number(sent);
    } else value[key] = sent;
  }
  return value;
}

function booleanOf(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : text;
}

function queryError(problem: Problem, raw: Record<string, unknown>) {
  const missing = requiredKey(problem);
  if (missing !== undefined)
    return badRequest(`The query parameter "${missing}" is missing.`, { path: missing });
  const key = segments(problem.instancePath)[0] ?? '';
  const shown = shortened(JSON.stringify(raw[key] ?? null));
  return badRequest(`The query parameter "${key}" is ${shown}; it must be ${wanted([problem])}.`, {
    path: key,
  });
}

const SHOWN_MAX = 100;

/** Of a long text nobody reads more than its beginning. */
function shortened(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

function bodyError(problems: readonly Problem[], body: unknown) {
  const first = problems[0];
  if (first === undefined) return badRequest('The request body is not as it must be.');
  const at = first.instancePath;
  const unknown = unknownKey(first);
  if (unknown !== undefined) return badRequest(`"${unknown}" is not known here.`, { path: unknown });
  const required = requiredKey(first);
  const hint = misplacedConfig(required ?? segments(at)[0] ?? '', body);
  if (required !== undefined) return badRequest(`"${required}" is missing.`, { path: required, ...hint });
  if (at === '') return badRequest(`The request body must be ${wanted([first])}.`);
  const keys = segments(at);
  const key = keys.at(-1) ?? '';
  const same = problems.filter((problem) => problem.instancePath === at && problem.keyword === 'type');
  const what = keys.length > 1 || !TOP_LEVEL_KEYS.has(key) ? `The value of config key "${key}"` : `"${key}"`;
  return badRequest(`${what} must be ${wanted(same.length > 0 ? same : [first])}.`, {
    path: key,
    ...hint,
  });
}

/** The usual mistake: one operation takes a name and a config, others the config alone. */
function misplacedConfig(key: string, body: unknown): { readonly hint?: string } {
  if (key !== 'config' || typeof body !== 'object' || body === null) return {};
  if ('config' in body && typeof body.config === 'object')
    return { hint: 'Send the keys of the config alone, without "name" and "config" around them.' };
  if ('connector.class' in body)
    return {
      hint: 'Put the keys of the config under "config", beside "name": {"name": ..., "config": {...}}.',
    };
  return {};
}

const TOP_LEVEL_KEYS = new Set(['name', 'config', 'initial_state']);

/** Of an object that takes no other keys than its own, TypeBox names the key that is none: no value of it is right. */
function unknownKey(problem: Problem): string | undefined {
  return problem.keyword === 'boolean' ? segments(problem.instancePath).at(-1) : undefined;
}

function requiredKey(problem: Problem): string | undefined {
  const params = problem.params as { requiredProperties?: readonly string[] };
  return problem.keyword === 'required' ? params.requiredProperties?.[0] : undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
  array: 'a list',
};

function wanted(problems: readonly Problem[]): string {
  const words = problems.flatMap((problem) => {
    const params = problem.params as { type?: string; limit?: number; comparison?: string };
    if (problem.keyword === 'type')
      return params.type === 'null' ? [] : [WORDS[params.type ?? ''] ?? 'valid'];
    if (params.limit !== undefined) return [`${params.comparison ?? 'at most'} ${params.limit}`];
    return ['valid'];
  });
  return [...new Set(words)].join(', ').replace(/, ([^,]*)$/, ' or $1');
}

function segments(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
