import { MillraceError } from '@millrace/foundation';
import { changesBetween } from '../config-changes.ts';
import { readConfig, readName, withoutNulls } from '../connector-config.ts';
import {
  type ConfigPlan,
  type ConfigVersion,
  getConfigHistory,
  planConfig,
  restoreConfig,
} from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import { conditionOf, etagOf } from '../etag.ts';
import type { ConnectorInsight, KeptConfig } from '../insight-ports.ts';
import type { ConfigValidation, ConnectorConfig, Herder } from '../ports.ts';
import { created, ok } from '../reply.ts';
import { changeOf } from './change-context.ts';
import { connectorLocation } from './connectors.ts';

interface Ports {
  readonly herder: Herder;
  readonly insight: ConnectorInsight;
}

export function configHistoryRoutes(doors: Doors, { herder, insight }: Ports): void {
  doors.operation(getConfigHistory, async ({ params }) => {
    const { connector } = params;
    const kept = await insight.history(connector);
    if (kept.length === 0) herder.connector(connector);
    return ok({ connector, versions: versionsOf(kept, configOf(herder, connector)) });
  });
  doors.operation(restoreConfig, async ({ params, actor, sent }) => {
    const name = params.connector;
    const wanted = (await insight.history(name)).find(({ version }) => String(version) === params.version);
    if (wanted === undefined) throw unknownVersion(params.version);
    if (wanted.what === 'delete') throw deletion(name);
    const change = { ...changeOf(actor, conditionOf(sent.headers['if-match'])), restored: wanted.version };
    const put = await herder.putConfig(name, wanted.config, change);
    const etag = etagOf(put.info.config);
    return put.created ? { ...created(put.info, connectorLocation(name)), etag } : { ...ok(put.info), etag };
  });
  doors.operation(planConfig, async ({ params, body }) => {
    const name = readName(params.connector);
    const config = readConfig(name, body);
    const pluginClass = withoutNulls(body)['connector.class'] ?? '';
    if (pluginClass === '') throw badRequest('"connector.class" is missing.', { path: 'connector.class' });
    const validation = await herder.validate(pluginClass, config);
    return ok(planOf(herder, name, config, validation));
  });
}

function versionsOf(kept: readonly KeptConfig[], now: ConnectorConfig | null): ConfigVersion[] {
  const last = kept.at(-1);
  return kept
    .map((one, index) => ({
      ...one,
      changes: [...changesBetween(kept[index - 1]?.config ?? {}, one.config)],
      current: one === last && now !== null && etagOf(one.config) === etagOf(now),
    }))
    .reverse();
}

function planOf(
  herder: Herder,
  name: string,
  config: ConnectorConfig,
  validation: ConfigValidation,
): ConfigPlan {
  const stored = configOf(herder, name);
  const tasks = stored === null ? 0 : herder.connector(name).tasks.length;
  const secrets = new Set(
    validation.configs
      .filter(({ definition }) => definition.type === 'PASSWORD')
      .map(({ value }) => value.name),
  );
  const changes = changesBetween(stored ?? {}, config).map((change) =>
    secrets.has(change.key) && change.after !== undefined
      ? { ...change, after: hidden(change.after) }
      : change,
  );
  return {
    exists: stored !== null,
    changes,
    errors: validation.configs.flatMap(({ value }) =>
      value.errors.map((message) => ({ key: value.name, message })),
    ),
    // A task is started anew where anything of its connector's config has changed.
    tasks: { now: tasks, restarted: stored === null ? null : changes.length === 0 ? 0 : tasks },
    etag: stored === null ? null : etagOf(stored),
  };
}

/** A placeholder says where the secret is, not what it is. */
function hidden(value: string): string {
  return /^\$\{[^}]+\}$/.test(value) ? value : '[hidden]';
}

function configOf(herder: Herder, name: string): ConnectorConfig | null {
  return herder.connectors().includes(name) ? herder.connector(name).config : null;
}

function unknownVersion(version: string): MillraceError {
  return new MillraceError(`Version ${version} is not kept.`, {
    code: 'NOT_FOUND',
    class: 'config',
    hint: 'GET …/history lists those that are.',
  });
}

function deletion(name: string): MillraceError {
  return new MillraceError('This version is a deletion: there is no config to take back.', {
    code: 'BAD_REQUEST',
    class: 'config',
    hint: `DELETE /connectors/${name} deletes it, or restore the version before.`,
  });
}
