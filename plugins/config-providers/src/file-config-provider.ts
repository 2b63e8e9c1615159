import { open } from 'node:fs/promises';
import { defineConfig, defineConfigProvider } from '@millrace/sdk';
import { allowedPath, allowedPathsOption, reasonOf, unreadable } from './allowed-paths.ts';
import { parseProperties } from './properties.ts';

/** What is read of one file; a larger one is refused. */
export const FILE_MAX_BYTES = 1_048_576;

const NAME = 'FileConfigProvider';

/** Kafka's FileConfigProvider: `${file:/path/of.properties:key}`. */
export const fileConfigProvider = defineConfigProvider({
  class: NAME,
  aliases: [`org.apache.kafka.common.config.provider.${NAME}`],
  version: '0.1.0',
  docs: 'Values from Java properties files: ${NAME:/path/of.properties:key}.',
  config: defineConfig({ 'allowed.paths': allowedPathsOption }),
  create: (config) => ({
    get: async (path, keys) => {
      const file = await allowedPath(NAME, path, config['allowed.paths']);
      const text = await readBounded(NAME, file, path);
      let properties: ReadonlyMap<string, string>;
      try {
        properties = parseProperties(text);
      } catch (error) {
        throw unreadable(
          NAME,
          path,
          (error as SyntaxError).message,
          'Mend the line; the format is that of Java properties.',
        );
      }
      return { values: pick(properties, keys) };
    },
  }),
});

function pick(
  properties: ReadonlyMap<string, string>,
  keys: readonly string[],
): { readonly [key: string]: string } {
  const found = keys.flatMap((key): [string, string][] => {
    const value = properties.get(key);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(found);
}

/**
 * The text of a file; `shown` is the path for messages.
 * @throws {MillraceError} class config
 */
export async function readBounded(provider: string, file: string, shown: string): Promise<string> {
  const failed = (error: NodeJS.ErrnoException) => {
    throw unreadable(
      provider,
      shown,
      reasonOf(error),
      'See that it is a file, and that the worker may read it.',
    );
  };
  const handle = await open(file, 'r').catch(failed);
  try {
    const { size } = await handle.stat();
    if (size > FILE_MAX_BYTES) {
      throw unreadable(provider, shown, `it has more than ${FILE_MAX_BYTES} bytes`, 'Is it the right file?');
    }
    return await handle.readFile('utf8').catch(failed);
  } finally {
    await handle.close();
  }
}
