import { type ConfigValue, defineConfig, range } from '@millrace/sdk';

/** What both sides need to reach the servers. Names are those of Confluent's sink where it has them. */
export const connectionConfig = defineConfig({
  'connection.url': {
    type: 'list',
    importance: 'high',
    group: 'Connection',
    docs: 'Addresses of the nodes, such as https://search-1:9200, separated by commas; requests go to them in turn.',
    validate: Object.assign(
      (value: unknown) => {
        const urls = value as readonly string[];
        if (urls.length === 0) return 'must name at least one node';
        return urls.every(isAddress) ? null : 'must be addresses that begin with http:// or https://';
      },
      { allows: 'addresses that begin with http:// or https://' },
    ),
  },
  'connection.username': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'User to log in as; unset: no login, or connection.api.key.',
  },
  'connection.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'Password of connection.username.',
  },
  'connection.api.key': {
    type: 'password',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'API key in place of a user, in its encoded form.',
    validate: (value, all) =>
      value !== null && value !== '' && all['connection.username']
        ? 'must not be given beside "connection.username"; it is'
        : null,
  },
  'connection.ca.path': {
    type: 'string',
    default: null,
    importance: 'medium',
    group: 'Connection',
    docs: 'File with the certificates (PEM) of the authority that signed the servers’; unset: those that Node.js trusts.',
  },
  'connection.cert.path': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Connection',
    docs: 'File with the client’s certificate (PEM), where the servers ask for one.',
    validate: Object.assign(
      (value: ConfigValue, all: Readonly<Record<string, ConfigValue>>) =>
        Boolean(value) === Boolean(all['connection.key.path'])
          ? null
          : 'must be given together with "connection.key.path"; it is',
      { allows: 'together with connection.key.path' },
    ),
  },
  'connection.key.path': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Connection',
    docs: 'File with the key of that certificate (PEM).',
  },
  'connection.key.password': {
    type: 'password',
    default: null,
    importance: 'low',
    group: 'Connection',
    docs: 'Password of that key, if it has one.',
  },
  'connection.compression': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: 'Connection',
    docs: 'Whether requests and answers are compressed (gzip): less network, more processor.',
  },
  'read.timeout.ms': {
    type: 'int',
    default: 60_000,
    importance: 'low',
    group: 'Connection',
    docs: 'How long an answer may take before the request counts as lost, in milliseconds.',
    validate: range(1, 3_600_000),
  },
});

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
