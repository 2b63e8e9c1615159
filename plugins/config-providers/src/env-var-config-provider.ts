import {
  type ConfigValue,
  defineConfig,
  defineConfigProvider,
  javaPattern,
  MillraceError,
} from '@millrace/sdk';

const NAME = 'EnvVarConfigProvider';

function checkPattern(value: ConfigValue): string | null {
  try {
    javaPattern(String(value));
    return null;
  } catch (error) {
    return `must be a regular expression in Java's syntax: ${(error as Error).message}`;
  }
}

/** Kafka's EnvVarConfigProvider: `${env:NAME}`. */
export const envVarConfigProvider = defineConfigProvider({
  class: NAME,
  aliases: [`org.apache.kafka.common.config.provider.${NAME}`],
  version: '0.1.0',
  docs: 'Values from the environment of the worker: ${NAME:VARIABLE}.',
  config: defineConfig({
    'allowlist.pattern': {
      type: 'string',
      default: '.*',
      importance: 'low',
      docs: 'What the whole name of a variable must match to be given, in the syntax of Java.',
      validate: Object.assign(checkPattern, { allows: 'a regular expression' }),
    },
  }),
  create: (config) => {
    const { whole } = javaPattern(config['allowlist.pattern']);
    return {
      get: async (path, keys) => {
        if (path.trim() !== '') {
          throw new MillraceError(`${NAME} takes no path, and was given "${path}".`, {
            code: 'CONFIG_PROVIDER_FAILED',
            class: 'config',
            hint: 'Write ${env:VARIABLE}, with one colon.',
          });
        }
        const found = keys.flatMap((key): [string, string][] => {
          const value = whole.test(key) ? process.env[key] : undefined;
          return value === undefined ? [] : [[key, value]];
        });
        return { values: Object.fromEntries(found) };
      },
    };
  },
});
