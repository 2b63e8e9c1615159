import { type SentConfig, withoutNulls } from '../connector-config.ts';
import { getPluginConfig, listPlugins, validatePluginConfig } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import type { ConfigValidation, Herder } from '../ports.ts';
import { ok } from '../reply.ts';

export function pluginRoutes(doors: Doors, herder: Herder): void {
  doors.operation(listPlugins, async ({ query }) => ok(await herder.plugins(query.connectorsOnly ?? true)));
  doors.operation(getPluginConfig, async ({ params, query }) =>
    ok(await herder.pluginConfig(params.plugin, query.version)),
  );
  doors.operation(validatePluginConfig, async ({ params, body }) => {
    const config = withoutNulls(body);
    checkClass(params.plugin, config['connector.class']);
    const validation = await herder.validate(params.plugin, config);
    return ok(withNullErrors(validation, body));
  });
}

/** The class may be given in full or by its last part, with or without the ending `Connector`. */
function checkClass(requested: string, configured: string | undefined): void {
  if (configured === undefined || withoutEnding(configured).endsWith(withoutEnding(requested))) return;
  throw badRequest(`Included connector type ${configured} does not match request type ${requested}`, {
    path: 'connector.class',
    hint: 'Use the same class in both.',
  });
}

function withoutEnding(pluginClass: string): string {
  return pluginClass.length > 'Connector'.length && pluginClass.endsWith('Connector')
    ? pluginClass.slice(0, -'Connector'.length)
    : pluginClass;
}

/** A null is an error of its key here, not of the request: the answer is 200, as for every other invalid value. */
function withNullErrors(validation: ConfigValidation, sent: SentConfig): ConfigValidation {
  const nulls = new Set(Object.keys(sent).filter((key) => sent[key] === null));
  if (nulls.size === 0) return validation;
  let added = 0;
  const configs = validation.configs.map((config) => {
    if (!nulls.has(config.value.name)) return config;
    if (config.value.errors.length === 0) added += 1;
    const errors = [...config.value.errors, 'The value may not be null.'];
    return { ...config, value: { ...config.value, errors } };
  });
  return { ...validation, error_count: validation.error_count + added, configs };
}
