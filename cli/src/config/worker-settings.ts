import { checkConfigProviders } from '@millrace/connect-runtime';
import {
  type ConfigDef,
  type ConfigOf,
  isMillraceError,
  MillraceError,
  parseConfig,
  type RawConfig,
} from '@millrace/foundation';
import { type ListenAddress, parseListener, requireAllowed } from '../serve/listen-address.ts';

/** What every kind of worker is told. */
type WorkerKeys = {
  readonly listeners: readonly string[];
  readonly 'allow.unauthenticated': boolean;
  readonly 'config.providers': readonly string[];
};

/**
 * The config of a worker and where it listens. All that is wrong is said at once, also what no single key tells: who mends one key
 * and starts again is not told of the next.
 * @throws {MillraceError} INVALID_CONFIG
 */
export function workerSettings<D extends ConfigDef>(
  definition: D,
  given: RawConfig,
): { readonly config: ConfigOf<D>; readonly listen: ListenAddress } {
  const { values, problems } = parseConfig(definition, given);
  const keys = values as unknown as WorkerKeys;
  const found = problems.map(({ key, message }) => invalid(key, message, `Correct "${key}" and try again.`));
  const check = <T>(key: keyof WorkerKeys, work: () => T): T | null => {
    if (problems.some((problem) => problem.key === key)) return null;
    try {
      return work();
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      found.push(error);
      return null;
    }
  };
  const listen = check('listeners', () => {
    const address = parseListener(keys.listeners[0] ?? '');
    requireAllowed(address, keys['allow.unauthenticated']);
    return address;
  });
  check('config.providers', () => checkConfigProviders(given, keys['config.providers']));
  const [first, ...more] = found;
  if (first !== undefined) throw more.length === 0 ? first : together(first, found);
  if (listen === null) throw new Error('"listeners" was not read');
  return { config: values, listen };
}

function together(first: MillraceError, all: readonly MillraceError[]): MillraceError {
  const keys = [...new Set(all.map(({ details }) => `"${details.path}"`))];
  const message = all.map((error) => error.message).join(' ');
  return invalid(first.details.path ?? '', message, `Correct ${keys.join(', ')} and try again.`);
}

function invalid(path: string, message: string, hint: string): MillraceError {
  return new MillraceError(message, { code: 'INVALID_CONFIG', class: 'config', path, hint });
}
