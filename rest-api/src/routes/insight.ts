import { readConfig, readName } from '../connector-config.ts';
import { getGuarantees, listSecretUses, renewSecrets, runPreview } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import type { ConnectorInsight } from '../insight-ports.ts';
import { ok } from '../reply.ts';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
/** What a connector is called that has no name yet. */
const UNNAMED = 'preview';

export function insightRoutes(doors: Doors, insight: ConnectorInsight): void {
  doors.operation(runPreview, async ({ body }) => {
    const { config } = body;
    if (config === undefined && body.name === undefined) {
      throw badRequest('A preview needs a "name" of a connector, or a "config".', { path: 'config' });
    }
    const name = readName(body.name ?? textOf(config?.name) ?? UNNAMED);
    const read = config === undefined ? null : readConfig(name, config);
    return ok(await insight.preview(name, read, readLimit(body.limit)));
  });
  doors.operation(getGuarantees, async ({ params }) => ok(await insight.guarantees(params.connector)));
  doors.operation(listSecretUses, () => ok(insight.secretUses()));
  doors.operation(renewSecrets, async () => ok(await insight.renewSecrets()));
}

/** Numbers of a body that may hold a config come as their text. */
function readLimit(sent: string | number | undefined): number {
  const limit = Number(sent ?? DEFAULT_LIMIT);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw badRequest(`"limit" must be a whole number from 1 to ${MAX_LIMIT}.`, { path: 'limit' });
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
