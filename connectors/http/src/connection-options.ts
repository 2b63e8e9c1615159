import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  type ConfigOf,
  type ConfigProblem,
  type ConfigValue,
  defineConfig,
  matches,
  oneOf,
  range,
} from '@millrace/sdk';

const AUTH_TYPES = ['none', 'basic', 'bearer', 'api-key', 'oauth2'];
const withAuth = (type: string) => (all: Readonly<Record<string, ConfigValue>>) => all['auth.type'] === type;

/** An address of http or https, with placeholders or without. */
export const address = Object.assign(
  (value: ConfigValue): string | null => {
    if (value === null || value === '') return null;
    const url = URL.parse(String(value).replaceAll(/\$\{[^{}]*\}/g, 'x'));
    if (url === null || !/^https?:$/.test(url.protocol))
      return 'must be an address such as https://example.com/path';
    return url.username === '' && url.password === ''
      ? null
      : 'must not hold a user or password: give them in auth.user and auth.password';
  },
  { allows: 'an http or https URL without user and password' },
);

/** A JSON object of texts, each a header. */
const headerObject = Object.assign(
  (value: ConfigValue): string | null => {
    if (value === null || value === '') return null;
    try {
      for (const [name, text] of Object.entries(JSON.parse(String(value)) as object)) {
        validateHeaderName(name);
        validateHeaderValue(name, text);
        if (typeof text !== 'string') return `must be a JSON object of texts; ${name} is none`;
        if (/^(?:authorization|proxy-authorization|cookie)$/i.test(name))
          return `must not hold ${name}, which would be shown to everybody: use auth.type`;
      }
      return null;
    } catch {
      return 'must be a JSON object of header names and texts';
    }
  },
  { allows: 'a JSON object of texts' },
);

/** A header's name; empty: none is sent. */
export const headerName = matches(/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/, 'the name of a header');

/** What both sides need to talk to a server. */
export const connectionOptions = defineConfig({
  headers: {
    type: 'string',
    default: null,
    importance: 'medium',
    docs: 'Headers of each request to the server of url, as a JSON object: {"Accept-Language": "en"}. Secrets do not belong here, but into the options of auth.type.',
    group: 'Request',
    width: 'long',
    validate: headerObject,
  },
  'auth.type': {
    type: 'string',
    default: 'none',
    importance: 'high',
    docs: 'How requests prove who sends them: basic (auth.user, auth.password), bearer (auth.token), api-key (auth.api.key in a header), oauth2 (a token by the client credentials grant, renewed before it expires or when it is refused).',
    group: 'Authentication',
    validate: oneOf(...AUTH_TYPES),
    recommend: AUTH_TYPES,
    dependents: [
      'auth.user',
      'auth.password',
      'auth.token',
      'auth.api.key',
      'auth.api.key.header',
      'oauth2.token.url',
      'oauth2.client.id',
      'oauth2.client.secret',
      'oauth2.scope',
      'oauth2.client.auth',
    ],
  },
  'auth.user': {
    type: 'string',
    default: null,
    importance: 'high',
    docs: 'User of auth.type=basic.',
    group: 'Authentication',
    visible: withAuth('basic'),
  },
  'auth.password': {
    type: 'password',
    default: null,
    importance: 'high',
    docs: 'Password of auth.type=basic.',
    group: 'Authentication',
    visible: withAuth('basic'),
  },
  'auth.token': {
    type: 'password',
    default: null,
    importance: 'high',
    docs: 'Token of auth.type=bearer.',
    group: 'Authentication',
    visible: withAuth('bearer'),
  },
  'auth.api.key': {
    type: 'password',
    default: null,
    importance: 'high',
    docs: 'Key of auth.type=api-key.',
    group: 'Authentication',
    visible: withAuth('api-key'),
  },
  'auth.api.key.header': {
    type: 'string',
    default: 'X-API-Key',
    importance: 'medium',
    docs: 'Header that holds the key of auth.type=api-key.',
    group: 'Authentication',
    validate: headerName,
    visible: withAuth('api-key'),
  },
  'oauth2.token.url': {
    type: 'string',
    default: null,
    importance: 'high',
    docs: 'Where tokens are given out.',
    group: 'Authentication',
    width: 'long',
    validate: address,
    visible: withAuth('oauth2'),
  },
  'oauth2.client.id': {
    type: 'string',
    default: null,
    importance: 'high',
    docs: 'The client that asks for tokens.',
    group: 'Authentication',
    visible: withAuth('oauth2'),
  },
  'oauth2.client.secret': {
    type: 'password',
    default: null,
    importance: 'high',
    docs: 'Its secret.',
    group: 'Authentication',
    visible: withAuth('oauth2'),
  },
  'oauth2.scope': {
    type: 'string',
    default: null,
    importance: 'medium',
    docs: 'What tokens are asked for; unset: what the server gives.',
    group: 'Authentication',
    visible: withAuth('oauth2'),
  },
  'oauth2.client.auth': {
    type: 'string',
    default: 'basic',
    importance: 'low',
    docs: 'Whether the client’s id and secret go in a header (basic) or in the form (body).',
    group: 'Authentication',
    validate: oneOf('basic', 'body'),
    recommend: ['basic', 'body'],
    visible: withAuth('oauth2'),
  },
  'tls.ca.path': {
    type: 'string',
    default: null,
    importance: 'medium',
    docs: 'File with the certificates (PEM) of the authorities that sign servers, in place of those that Node.js trusts.',
    group: 'TLS',
    width: 'long',
  },
  'tls.certificate.path': {
    type: 'string',
    default: null,
    importance: 'medium',
    docs: 'File with the client certificate (PEM), and those between it and its authority; shown to the server of url and to that of oauth2.token.url. Needs tls.key.path.',
    group: 'TLS',
    width: 'long',
  },
  'tls.key.path': {
    type: 'string',
    default: null,
    importance: 'medium',
    docs: 'File with the key of the client certificate (PEM).',
    group: 'TLS',
    width: 'long',
  },
  'tls.key.password': {
    type: 'password',
    default: null,
    importance: 'low',
    docs: 'Password of that file, where it is encrypted.',
    group: 'TLS',
  },
  'request.timeout.ms': {
    type: 'int',
    default: 30_000,
    importance: 'low',
    docs: 'How long one request may take until its answer is there.',
    group: 'Connection',
    validate: range(100, 600_000),
  },
  redirects: {
    type: 'string',
    default: 'none',
    importance: 'low',
    docs: 'Which redirects are followed, five at most: none, same-origin (scheme, name and port of url), or any, which lets next pages be on other servers too. To another origin than that of url go neither what auth.type proves, nor the client certificate, nor headers. A sink follows only those that keep the method (307, 308).',
    group: 'Connection',
    validate: oneOf('none', 'same-origin', 'any'),
    recommend: ['none', 'same-origin', 'any'],
  },
  'max.requests.per.second': {
    type: 'int',
    default: 0,
    importance: 'low',
    docs: 'Most requests that one task sends in a second; 0: no limit.',
    group: 'Flow',
    validate: range(0, 100_000),
  },
  'retry.tries': {
    type: 'int',
    default: 4,
    importance: 'low',
    docs: 'How often a request is tried in all where its failure may pass. After that the task fails as transient, and is started again by itself.',
    group: 'Flow',
    validate: range(1, 100),
  },
  'retry.backoff.ms': {
    type: 'int',
    default: 500,
    importance: 'low',
    docs: 'The wait before the second try; it doubles from try to try. A Retry-After of the server goes before it.',
    group: 'Flow',
    validate: range(1, 600_000),
  },
  'retry.backoff.max.ms': {
    type: 'int',
    default: 60_000,
    importance: 'low',
    docs: 'The longest wait between two tries, Retry-After included.',
    group: 'Flow',
    validate: range(1, 3_600_000),
  },
});

export type ConnectionConfig = ConfigOf<typeof connectionOptions>;

const NEEDED: Readonly<Record<string, readonly (keyof ConnectionConfig)[]>> = {
  basic: ['auth.user', 'auth.password'],
  bearer: ['auth.token'],
  'api-key': ['auth.api.key', 'auth.api.key.header'],
  oauth2: ['oauth2.token.url', 'oauth2.client.id', 'oauth2.client.secret'],
};

/** What lacks where an option needs another one; null where nothing does. */
export function missingOption(config: ConnectionConfig): ConfigProblem | null {
  const type = config['auth.type'];
  const key = NEEDED[type]?.find((name) => !config[name]);
  if (key) return { key, message: `"${key}" is missing: auth.type=${type} needs it.` };
  const halves = ['tls.certificate.path', 'tls.key.path'] as const;
  const [half, other] = halves.map((name) => (config[name] ? null : name));
  if (half === other || (half && other)) return null;
  const missing = half ?? other;
  return missing ? { key: missing, message: `"${missing}" is missing: the other half is given.` } : null;
}

/** The headers of the option. */
export const fixedHeaders = (config: ConnectionConfig): Readonly<Record<string, string>> =>
  config.headers ? (JSON.parse(config.headers) as Record<string, string>) : {};
