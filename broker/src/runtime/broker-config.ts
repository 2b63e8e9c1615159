import { hostname } from 'node:os';
import { type ConfigOf, MillraceError, type RawConfig, requireConfig } from '@millrace/foundation';
import { brokerConfigKeys, LONG_MAX } from './broker-config-keys.ts';
import { brokerConfigRelationProblem } from './broker-config-relations.ts';
import { kafkaBrokerKeys } from './kafka-broker-keys.ts';
import type { NodeEndpoint } from './node-endpoint.ts';

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
  /** Roles of this process; both, or one of them. */
  readonly isBroker: boolean;
  readonly isController: boolean;
  /** Where each voter of the metadata quorum is reached; this node alone where none are named. */
  readonly quorumVoters: ReadonlyMap<number, NodeEndpoint>;
  /** Where a broker that knows no voters asks for the quorum. */
  readonly quorumBootstrap: readonly NodeEndpoint[];
  /** The data folder. */
  readonly dataFolder: string;
  /** Of clients and brokers. */
  readonly listeners: readonly Listener[];
  /** Of the quorum and of brokers that talk to the controller. */
  readonly controllerListeners: readonly Listener[];
  /** The listener by which brokers reach each other. */
  readonly interBrokerListener: string;
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
const PROTOCOL_MAP = 'listener.security.protocol.map';
const SERVED_PROTOCOL = 'PLAINTEXT';
const LISTENER = /^([A-Za-z0-9_]+):\/\/(\[[0-9a-fA-F:.]+\]|[^:/[\]]*):(\d{1,5})$/;

/**
 * @throws {MillraceError} INVALID_CONFIG (class config) that names each key at fault
 */
export function parseBrokerConfig(raw: RawConfig): BrokerConfig {
  const values = requireConfig(brokerConfigKeys, withoutLongMax(raw));
  const others = Object.keys(raw).filter((name) => !Object.hasOwn(brokerConfigKeys, name));
  checkKafkaOnly(others);
  const { isBroker, isController } = rolesOf(values['process.roles']);
  const controllerNames = values['controller.listener.names'].map((name) => name.toUpperCase());
  const all = parseListeners('listeners', values.listeners);
  const listeners = all.filter(({ name }) => !controllerNames.includes(name));
  const controllerListeners = all.filter(({ name }) => controllerNames.includes(name));
  checkRoles({ isBroker, isController, listeners, controllerListeners });
  checkProtocols(all, controllerNames, {
    map: values[PROTOCOL_MAP],
    isGiven: Object.hasOwn(raw, PROTOCOL_MAP),
  });
  const relation = brokerConfigRelationProblem(values, (name) => Object.hasOwn(raw, name));
  if (relation !== null) throw invalid(relation.key, relation.problem);
  const quorumVoters = votersOf(values, { isController, controllerListeners });
  if (quorumVoters.size > 1 && !Object.hasOwn(raw, 'node.id'))
    throw invalid('node.id', 'must be given where there are several nodes');
  const advertised = parseListeners('advertised.listeners', values['advertised.listeners'] ?? []);
  for (const { name } of advertised) {
    if (all.some((listener) => listener.name === name)) continue;
    throw invalid('advertised.listeners', `names ${name}, which is not among the listeners`);
  }
  return {
    values,
    valuesAtStart: values,
    given: new Set(Object.keys(raw)),
    unknown: others.filter((name) => !kafkaBrokerKeys.has(name)),
    idle: others.filter((name) => kafkaBrokerKeys.has(name)),
    nodeId: values['node.id'],
    isBroker,
    isController,
    quorumVoters,
    quorumBootstrap: values['controller.quorum.bootstrap.servers'].map((server) =>
      endpointOf('controller.quorum.bootstrap.servers', server),
    ),
    dataFolder: dataFolderOf(values),
    listeners,
    controllerListeners,
    interBrokerListener: interBrokerOf(values['inter.broker.listener.name'], listeners),
    advertisedListeners: advertisedOf(
      listeners,
      // Where controllers are reached, the voters say.
      advertised.filter(({ name }) => !controllerNames.includes(name)),
    ),
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

function rolesOf(roles: readonly string[]): { readonly isBroker: boolean; readonly isController: boolean } {
  const isSound = roles.every((role) => role === 'broker' || role === 'controller');
  if (!isSound || new Set(roles).size < roles.length)
    throw invalid('process.roles', `must be of broker and controller, each once, not ${roles.join(',')}`);
  return { isBroker: roles.includes('broker'), isController: roles.includes('controller') };
}

/** The voters by id. They do not change while the cluster runs, so each is named to all nodes. */
function votersOf(
  values: ConfigOf<typeof brokerConfigKeys>,
  of: { readonly isController: boolean; readonly controllerListeners: readonly Listener[] },
): ReadonlyMap<number, NodeEndpoint> {
  const key = 'controller.quorum.voters';
  const nodeId = values['node.id'];
  const named = values[key];
  const bootstrap = values['controller.quorum.bootstrap.servers'];
  const voters = new Map(
    named.map((text) => {
      const [, id, address] = /^(\d+)@(.+)$/.exec(text) ?? [];
      if (id === undefined || address === undefined) throw invalid(key, `must be id@host:port, not ${text}`);
      return [Number(id), endpointOf(key, address)];
    }),
  );
  if (voters.size < named.length) throw invalid(key, 'must not name a node twice');
  if (!of.isController) {
    if (voters.has(nodeId)) throw invalid(key, `names node ${nodeId}, which is no controller`);
    if (voters.size === 0 && bootstrap.length === 0)
      throw invalid(key, 'must say where the controllers are, or controller.quorum.bootstrap.servers must');
    return voters;
  }
  if (voters.size === 0 && !bootstrap.every((server) => isOwn(server, of.controllerListeners)))
    throw invalid(key, 'must name all voters: controllers cannot join a quorum while it runs yet');
  if (voters.size > 0 && !voters.has(nodeId)) throw invalid(key, `must name node ${nodeId}, a controller`);
  if (voters.size > 1 && of.controllerListeners.length === 0)
    throw invalid('listeners', 'must have a listener of controller.listener.names for the other controllers');
  return voters.size > 0 ? voters : new Map([[nodeId, { host: '127.0.0.1', port: 0 }]]);
}

/** A controller that seeks the quorum at its own door alone is the quorum, as in the configuration that Kafka ships. */
function isOwn(server: string, controllerListeners: readonly Listener[]): boolean {
  const { host, port } = endpointOf('controller.quorum.bootstrap.servers', server);
  const isThisMachine = ['localhost', '127.0.0.1', '::1', hostname()].includes(host);
  return controllerListeners.some((own) => own.port === port && (isThisMachine || own.host === host));
}

function checkRoles(of: {
  readonly isBroker: boolean;
  readonly isController: boolean;
  readonly listeners: readonly Listener[];
  readonly controllerListeners: readonly Listener[];
}): void {
  const [client] = of.listeners;
  const [controller] = of.controllerListeners;
  if (of.isBroker && client === undefined) throw invalid('listeners', 'must have a listener for clients');
  if (!of.isController && controller !== undefined)
    throw invalid(
      'listeners',
      `names ${controller.name}, a controller's listener, and process.roles has no controller`,
    );
  if (of.isBroker) return;
  if (client !== undefined)
    throw invalid(
      'listeners',
      `names ${client.name}, which is not of controller.listener.names, and process.roles has no broker`,
    );
  if (controller === undefined)
    throw invalid(
      'controller.listener.names',
      'must name one of the listeners: nobody could reach this controller',
    );
}

/** One protocol is served; what is said of listeners that are not here makes no difference. */
function checkProtocols(
  listeners: readonly Listener[],
  controllerNames: readonly string[],
  { map, isGiven }: { readonly map: readonly string[]; readonly isGiven: boolean },
): void {
  const protocols = new Map(
    map.map((entry) => {
      const [, name, protocol] = /^([A-Za-z0-9_]+):([A-Za-z_]+)$/.exec(entry.trim()) ?? [];
      if (name === undefined || protocol === undefined)
        throw invalid(PROTOCOL_MAP, `must be of NAME:PROTOCOL, not ${entry}`);
      return [name.toUpperCase(), protocol.toUpperCase()];
    }),
  );
  for (const { name } of listeners) {
    const isByDefault = !isGiven && controllerNames.includes(name);
    const protocol = protocols.get(name) ?? (isByDefault ? SERVED_PROTOCOL : undefined);
    if (protocol === undefined)
      throw invalid(PROTOCOL_MAP, `says no security protocol for the listener ${name}`);
    if (protocol !== SERVED_PROTOCOL)
      throw invalid(
        PROTOCOL_MAP,
        `asks for ${protocol} on ${name}: ${SERVED_PROTOCOL} is all that is served`,
      );
  }
}

function endpointOf(key: string, text: string): NodeEndpoint {
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[^:/[\]]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw invalid(key, `must be host:port, not ${text}`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

function interBrokerOf(given: string | null, listeners: readonly Listener[]): string {
  const name = given?.toUpperCase() ?? listeners[0]?.name ?? '';
  if (given !== null && !listeners.some((listener) => listener.name === name))
    throw invalid('inter.broker.listener.name', `names ${given}, which is not among the listeners`);
  return name;
}

function invalid(key: string, problem: string): MillraceError {
  return new MillraceError(`"${key}" ${problem}.`, {
    code: 'INVALID_CONFIG',
    class: 'config',
    path: key,
    hint: `Correct "${key}" and try again.`,
  });
}
