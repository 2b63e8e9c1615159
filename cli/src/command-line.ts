import { parseArgs } from 'node:util';
import { REMOTE_COMMANDS, type RemoteCommandName } from './remote/command-names.ts';

export const USAGE = `Usage: millrace COMMAND [OPTIONS]

  dev      broker, worker, REST API and UI in one process, on an embedded data folder
             --data-dir DIR      where everything is kept        (default .millrace)
             --kafka-port PORT   of the broker                   (default 9092; 0: any)
             --http-port PORT    of the REST API and the UI      (default 8083; 0: any)
             --no-demo           without the demo shop
             --brokers N         so many brokers, as processes of their own (default 1: in this one); the
                                 ports of the next ones and of the controllers follow --kafka-port
  broker   a log broker
             --config FILE       .properties, .json or .yaml, with Kafka's keys
  worker   a Connect worker with its REST API and the UI
             --config FILE       .properties, .json or .yaml, with Kafka Connect's keys
  standalone WORKER_FILE [CONNECTOR_FILE...]
           a Connect worker for itself, its offsets in a file, with the connectors of these files
  create-connector NAME
             --dir DIR           where the new package is made   (default ./NAME)

  cluster status
           brokers, metadata quorum, partitions that are behind; ends with 1 where the cluster is not whole
  cluster roll
           restarts the nodes one by one, each when all in-sync sets are whole; the quorum's leader last
             --bootstrap-server HOST:PORT,...    (default: those of --data-dir, else 127.0.0.1:9092)
             --data-dir DIR      of "millrace dev --brokers"     (default .millrace)
             --restart COMMAND   roll: restarts a node; {id}, {host}, {port} are put in
             --timeout-s S       roll: for each step of a node   (default 300)
             --json              answers for scripts

  ${REMOTE_COMMANDS.join(', ')}
           ask a worker's REST API; each says with --help what it takes
             --url URL           of the worker (default http://127.0.0.1:8083, or MILLRACE_URL)
             --json              answers for scripts

  --set KEY=VALUE    overrides one key of the config, any number of times
  --log-level LEVEL  trace, debug, info, warn, error, silent     (default info)
  --version, --help

An environment variable MILLRACE_KEY_NAME overrides the key key.name of a config file.
`;

export interface DevOptions {
  readonly dataDir: string;
  readonly kafkaPort: number;
  readonly httpPort: number;
  readonly demo: boolean;
  /** Null: as many as the data folder holds, else one, in this process. */
  readonly brokers: number | null;
  readonly overrides: readonly (readonly [key: string, value: string])[];
  readonly logLevel: string;
}

export interface ServerOptions {
  readonly configFile: string | null;
  readonly overrides: readonly (readonly [key: string, value: string])[];
  readonly logLevel: string;
}

export interface CreateConnectorOptions {
  /** Such as `city-bikes`. */
  readonly name: string;
  /** Null: a folder of that name. */
  readonly dir: string | null;
}

export interface ClusterOptions {
  /** Null: those of the data folder, else the one on this machine. */
  readonly bootstrapServers: readonly string[] | null;
  readonly dataDir: string;
  readonly restartCommand: string | null;
  readonly timeoutMs: number;
  readonly json: boolean;
}

export interface StandaloneOptions {
  readonly workerFile: string;
  readonly connectorFiles: readonly string[];
  readonly overrides: readonly (readonly [key: string, value: string])[];
  readonly logLevel: string;
}

export type CommandLine =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'dev'; readonly options: DevOptions }
  | { readonly kind: 'create-connector'; readonly options: CreateConnectorOptions }
  | { readonly kind: 'broker' | 'worker'; readonly options: ServerOptions }
  | { readonly kind: 'cluster-status' | 'cluster-roll'; readonly options: ClusterOptions }
  | { readonly kind: 'standalone'; readonly options: StandaloneOptions }
  | { readonly kind: 'remote'; readonly command: RemoteCommandName; readonly args: readonly string[] };

/** On one machine more are of no use. */
const BROKERS_MAX = 9;
const ROLL_TIMEOUT_S = '300';
const ROLL_TIMEOUT_MAX_S = 86_400;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

const shared = {
  set: { type: 'string', multiple: true },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** Reads the command line; what is wrong with it comes as a sentence. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case undefined:
      case 'help':
      case '--help':
      case '-h':
        return { kind: 'help' };
      case '--version':
      case '-v':
        return { kind: 'version' };
      case 'dev':
        return parseDev(rest);
      case 'broker':
      case 'worker':
        return parseServer(command, rest);
      case 'standalone':
        return parseStandalone(rest);
      case 'create-connector':
        return parseCreateConnector(rest);
      case 'cluster':
        return parseCluster(rest);
      default:
        return parseRemote(command, rest);
    }
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

function parseDev(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...shared,
      'data-dir': { type: 'string' },
      'kafka-port': { type: 'string' },
      'http-port': { type: 'string' },
      'no-demo': { type: 'boolean' },
      brokers: { type: 'string' },
    },
  });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const options: DevOptions = {
    dataDir: values['data-dir'] ?? '.millrace',
    kafkaPort: port('--kafka-port', values['kafka-port'], 9092),
    httpPort: port('--http-port', values['http-port'], 8083),
    demo: !values['no-demo'],
    brokers: values.brokers === undefined ? null : wholeNumber('--brokers', values.brokers, BROKERS_MAX),
    overrides: overrides(values.set),
    logLevel: logLevel(values['log-level'], 'warn'),
  };
  return { kind: 'dev', options };
}

function parseServer(kind: 'broker' | 'worker', args: readonly string[]): CommandLine {
  const { values } = parseArgs({ args: [...args], options: { ...shared, config: { type: 'string' } } });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const options: ServerOptions = {
    configFile: values.config ?? null,
    overrides: overrides(values.set),
    logLevel: logLevel(values['log-level'], 'info'),
  };
  return { kind, options };
}

function parseCreateConnector(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: shared.help, version: shared.version, dir: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    return { kind: 'wrong', message: 'create-connector takes one name, such as city-bikes.' };
  return { kind: 'create-connector', options: { name, dir: values.dir ?? null } };
}

function parseStandalone(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({ args: [...args], options: shared, allowPositionals: true });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [workerFile, ...connectorFiles] = positionals;
  if (workerFile === undefined)
    return { kind: 'wrong', message: 'standalone needs the config file of the worker.' };
  const options: StandaloneOptions = {
    workerFile,
    connectorFiles,
    overrides: overrides(values.set),
    logLevel: logLevel(values['log-level'], 'info'),
  };
  return { kind: 'standalone', options };
}

function parseRemote(name: string, args: readonly string[]): CommandLine {
  const command = REMOTE_COMMANDS.find((one) => one === name);
  return command
    ? { kind: 'remote', command, args }
    : { kind: 'wrong', message: `There is no command "${name}".` };
}

/** Without `status` or `roll` it asks a worker, as ever. */
function parseCluster(args: readonly string[]): CommandLine {
  const [act, ...rest] = args;
  if (act === undefined || act.startsWith('-')) return { kind: 'remote', command: 'cluster', args };
  if (act !== 'status' && act !== 'roll')
    return { kind: 'wrong', message: `"cluster" has no "${act}"; it has status, roll.` };
  const { values } = parseArgs({
    args: rest,
    options: {
      'bootstrap-server': { type: 'string' },
      'data-dir': { type: 'string' },
      ...(act === 'roll' && { restart: { type: 'string' }, 'timeout-s': { type: 'string' } }),
      json: { type: 'boolean' },
      help: shared.help,
    },
  });
  if (values.help) return { kind: 'help' };
  const seconds = wholeNumber(
    '--timeout-s',
    String(values['timeout-s'] ?? ROLL_TIMEOUT_S),
    ROLL_TIMEOUT_MAX_S,
  );
  const options: ClusterOptions = {
    bootstrapServers: values['bootstrap-server']?.split(',').map((server) => server.trim()) ?? null,
    dataDir: values['data-dir'] ?? '.millrace',
    restartCommand: values.restart === undefined ? null : String(values.restart),
    timeoutMs: seconds * 1_000,
    json: values.json === true,
  };
  return { kind: `cluster-${act}`, options };
}

function wholeNumber(option: string, text: string, max: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= max) return number;
  throw new Error(`${option} must be a whole number from 1 to ${max}, not "${text}".`);
}

function port(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= 65_535) return number;
  throw new Error(`${option} must be a port from 0 to 65535, not "${text}".`);
}

function logLevel(text: string | undefined, fallback: string): string {
  if (text === undefined) return fallback;
  if (LOG_LEVELS.includes(text)) return text;
  throw new Error(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not "${text}".`);
}

function overrides(texts: readonly string[] | undefined): readonly (readonly [string, string])[] {
  return (texts ?? []).map((text) => {
    const equals = text.indexOf('=');
    if (equals <= 0) throw new Error(`--set takes KEY=VALUE, not "${text}".`);
    return [text.slice(0, equals).trim(), text.slice(equals + 1)];
  });
}
