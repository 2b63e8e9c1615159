import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig, defineConfigProvider } from '@millrace/sdk';
import { allowedPath, allowedPathsOption, reasonOf, unreadable } from './allowed-paths.ts';
import { readBounded } from './file-config-provider.ts';

const NAME = 'DirectoryConfigProvider';

/** Kafka's DirectoryConfigProvider: `${dir:/path/of/folder:file}`, as Kubernetes mounts secrets. */
export const directoryConfigProvider = defineConfigProvider({
  class: NAME,
  aliases: [`org.apache.kafka.common.config.provider.${NAME}`],
  version: '0.1.0',
  docs: 'Values that are files of a directory, whole and as they are: ${NAME:/path/of/directory:file}.',
  config: defineConfig({ 'allowed.paths': allowedPathsOption }),
  create: (config) => ({
    get: async (path, keys) => {
      const folder = await allowedPath(NAME, path, config['allowed.paths']);
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        throw unreadable(NAME, path, reasonOf(error), 'Name the directory that holds the files.');
      });
      const values: Record<string, string> = {};
      for (const key of keys) {
        // A key is a name in the directory and no way out of it.
        if (!names.includes(key)) continue;
        const shown = join(path, key);
        // A secret of Kubernetes is a link to a file that is replaced as a whole; it stays below the directory.
        const file = await allowedPath(NAME, shown, [folder, path]);
        values[key] = await readBounded(NAME, file, shown);
      }
      return { values };
    },
  }),
});
