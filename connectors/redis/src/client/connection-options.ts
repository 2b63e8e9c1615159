import { type ConfigOf, defineConfig, range } from '@millrace/sdk';

/** The options that say where the server is and who logs in; part of every configuration of a connector that talks to Redis. */
export const connectionOptions = defineConfig({
  'connection.uri': {
    type: 'password',
    importance: 'high',
    group: 'Connection',
    docs: 'Address of the server, redis://host:port/database, or rediss:// for TLS.',
  },
  'connection.user': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'User to log in as, where connection.uri names none; unset: the server’s default user.',
  },
  'connection.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'Password to log in with, where connection.uri has none.',
  },
  'connection.timeout.ms': {
    type: 'int',
    default: 10_000,
    importance: 'low',
    group: 'Connection',
    docs: 'How long connecting may take, in milliseconds.',
    validate: range(100, 600_000),
  },
  'request.timeout.ms': {
    type: 'int',
    default: 30_000,
    importance: 'low',
    group: 'Connection',
    docs: 'How long the server may take to answer before the connection counts as lost, in milliseconds.',
    validate: range(5_000, 600_000),
  },
});

export type ConnectionConfig = ConfigOf<typeof connectionOptions>;

/** The config key that a refused login is the fault of. */
export const loginKey = (config: ConnectionConfig): string =>
  config['connection.password'] === null ? 'connection.uri' : 'connection.password';
