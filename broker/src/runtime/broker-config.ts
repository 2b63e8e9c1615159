import { hostname } from 'node:os';
import { type ConfigOf, MillraceError, type RawConfig, requireConfig } from '@millrace/foundation';
import { brokerConfigKeys, LONG_MAX } from './broker-config-keys.ts';
import { kafkaBrokerKeys } from './kafka-broker-keys.ts';

/** A checked configuration: values by Kafka's keys, and what follows from several of them. */
export interface BrokerConfig {
  readonly values: ConfigOf<typeof brokerConfigKeys>;
  /** As the broker was started, whatever was changed since. */
  readonly valuesAtStart: ConfigOf<typeof brokerConfigKeys>;
  /** The keys that were given; all others have their default. */
  readonly given: ReadonlySet<string>;
  /** Keys that the broker does not know, to be warned of. */
  readonly unknown: readonly string[];
  /** Keys of Kafka's that were given, and tune what is not here: threads, buffers of sockets. */
  readonly idle: readonly string[];
  readonly nodeId: number;
  /** The data folder. */
  readonly dataFolder: string;
  readonly listeners: readonly Listener[];
  /** What clients are told, by listener name; a port of 0 is filled in once it is known. */
  readonly advertisedListeners: ReadonlyMap<string, Listener>;
}

export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** Of the largest size, where no bound is given. */
const REQUESTS_AT_ONCE = 4;
const KAFKA_LONG_MAX = '9223372036854775807';
/** Settings of Kafka's that ask for nothing but how it does its work. */
const IDLE_KEY =
  /(\.threads|\.threads\.per\.data\.dir|thread\.pool\.size|\.purge\.interval\.requests|^socket\.(send|receive)\.buffer\.bytes|^num\.replica\.fetchers|^share\.coordinator\.state\.topic\..*)$/;
const LISTENER = /^([A-Za-z0-9_]+):\/\/(\[[0-9a-fA-F:.]+\]|[^:/[\]]*):(\d{1,5})$/;

/**
 * @throws {MillraceError} INVALID_CONFIG (class config) that names each key at fault
 */
export function parseBrokerConfig(raw: RawConfig): BrokerConfig {
  const values = requireConfig(brokerConfigKeys, withoutLongMax(raw));
  const others = Object.keys(raw).filter((name) => !Object.hasOwn(brokerConfigKeys, name));
  checkKafkaOnly(others);
  const roles = values['process.roles'].toSorted().join(',');
  if (roles !== 'broker,controller') {
    throw invalid('process.roles', `must be broker,controller, not ${values['process.roles'].join(',')}`);
  }
  checkVoters(values['controller.quorum.voters'], values['node.id']);
  const controllerNames = values['controller.listener.names'];
  const listeners = parseListeners('listeners', values.listeners).filter(
    (listener) => !controllerNames.includes(listener.name),
  );
  if (listeners.length === 0) throw invalid('listeners', 'must have a listener for clients');
  const advertised = parseListeners('advertised.listeners', values['advertised.listeners'] ?? []);
  for (const { name } of advertised) {
    if (listeners.some((listener) => listener.name === name)) continue;
    throw invalid('advertised.listeners', `names ${name}, which is not among the listeners`);
  }
  return {
    values,
    valuesAtStart: values,
    given: new Set(Object.keys(raw)),
    unknown: others.filter((name) => !kafkaBrokerKeys.has(name)),
    idle: others.filter((name) => kafkaBrokerKeys.has(name)),
    nodeId: values['node.id'],
    dataFolder: dataFolderOf(values),
    listeners,
    advertisedListeners: advertisedOf(listeners, advertised),
  };
}

/** How long records are kept by default, ms; -1 for ever. */
export function defaultRetentionMs(config: BrokerConfig): number {
  const { values } = config;
  const ms = values['log.retention.ms'] ?? inMs(values['log.retention.minutes'], 60_000);
  return ms ?? inMs(values['log.retention.hours'], 3_600_000) ?? -1;
}

/** Age at which a segment ends by default, ms. */
export function defaultSegmentMs(config: BrokerConfig): number {
  return config.values['log.roll.ms'] ?? config.values['log.roll.hours'] * 3_600_000;
}

/** How much earlier than its age a segment ends at most by default, ms. */
export function defaultSegmentJitterMs(config: BrokerConfig): number {
  return config.values['log.roll.jitter.ms'] ?? config.values['log.roll.jitter.hours'] * 3_600_000;
}

/** What the requests of all connections may take while they come in and wait. */
export function requestMemoryBytes({ values }: BrokerConfig): number {
  const bytes = values['queued.max.request.bytes'];
  return bytes > 0 ? bytes : REQUESTS_AT_ONCE * values['socket.request.max.bytes'];
}

/** What would be promised silently, and not done, is refused. */
function checkKafkaOnly(names: readonly string[]): void {
  const name = names.find((one) => kafkaBrokerKeys.has(one) && !IDLE_KEY.test(one));
  if (name === undefined) return;
  throw new MillraceError(`"${name}" is a setting of Apache Kafka's that this broker does not have.`, {
    code: 'INVALID_CONFIG',
    class: 'config',
    path: name,
    hint: `Take "${name}" out of the configuration, once you can do without what it asks for.`,
  });
}

function inMs(count: number | null, unitMs: number): number | null {
  if (count === null) return null;
  return count < 0 ? -1 : count * unitMs;
}

/** Kafka's way to write "no limit" is beyond what a number holds exactly. */
export function withoutLongMax(raw: RawConfig): RawConfig {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, String(value) === KAFKA_LONG_MAX ? LONG_MAX : value]),
  );
}

function dataFolderOf(values: ConfigOf<typeof brokerConfigKeys>): string {
  const folders = values['log.dirs'] ?? (values['log.dir'] === null ? [] : [values['log.dir']]);
  const [folder, ...more] = folders;
  if (folder === undefined) throw invalid('log.dirs', 'is required and has no value');
  if (more.length > 0) throw invalid('log.dirs', `must be one folder, not ${folders.length}`);
  return folder;
}

/** A client cannot connect to "all addresses": whoever listens on them says what clients use, or the host's name is it. */
function advertisedOf(
  listeners: readonly Listener[],
  advertised: readonly Listener[],
): ReadonlyMap<string, Listener> {
  const told = new Map([...listeners, ...advertised].map((listener) => [listener.name, listener]));
  for (const [name, { host, port }] of told) {
    if (host === '') told.set(name, { name, host: hostname(), port });
    if (host !== '0.0.0.0' && host !== '::') continue;
    throw invalid(
      'advertised.listeners',
      `must name an address that clients can reach: ${name} listens on ${host}`,
    );
  }
  return told;
}

function parseListeners(key: string, items: readonly string[]): Listener[] {
  const listeners = items.map((item) => {
    const [, name, host, port] = LISTENER.exec(item) ?? [];
    if (name === undefined || host === undefined || Number(port) > 65_535) {
      throw invalid(key, `must be NAME://host:port, not ${item}`);
    }
    return { name: name.toUpperCase(), host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  });
  if (new Set(listeners.map((listener) => listener.name)).size < listeners.length) {
    throw invalid(key, 'must not name a listener twice');
  }
  return listeners;
}

function checkVoters(voters: readonly string[], nodeId: number): void {
  if (voters.length === 0) return;
  const [only, ...more] = voters;
  const id = /^(\d+)@.+:\d+$/.exec(only ?? '')?.[1];
  if (more.length === 0 && id !== undefined && Number(id) === nodeId) return;
  throw invalid(
    'controller.quorum.voters',
    `must be this node alone (${nodeId}@host:port), not ${voters.join(',')}`,
  );
}

function invalid(key: string, problem: string): MillraceError {
  return new MillraceError(`"${key}" ${problem}.`, {
    code: 'INVALID_CONFIG',
    class: 'config',
    path: key,
    hint: `Correct "${key}" and try again.`,
  });
}
