/** Packages of plugins that come with Millrace, as the specifiers that a task host imports. */
export const BUILT_IN_PLUGINS: readonly string[] = [
  '@millrace/converters',
  '@millrace/transforms',
  '@millrace/predicates',
  '@millrace/config-providers',
  '@millrace/connector-postgres',
  '@millrace/connector-mongodb',
  '@millrace/connector-redis',
  '@millrace/connector-elasticsearch',
  '@millrace/connector-bullmq',
  '@millrace/connector-files',
  '@millrace/connector-http',
].map((name) => import.meta.resolve(name));
