import type { MetadataRecord } from '../metadata/records.ts';
import { quotaEntityKey } from '../quota/client-quotas.ts';
import type {
  AlterClientQuotasCommand,
  AlterClientQuotasResult,
  ClientQuotaChange,
  Refusal,
} from './commands.ts';
import { type Decision, type DecisionInput, RECORDS_PER_COMMAND_MAX, TOO_MUCH_AT_ONCE } from './decision.ts';

type NumberKind = 'whole' | 'any';

const OF_CLIENTS: ReadonlyMap<string, NumberKind> = new Map([
  ['producer_byte_rate', 'whole'],
  ['consumer_byte_rate', 'whole'],
  ['request_percentage', 'any'],
  ['controller_mutation_rate', 'any'],
]);
const OF_ADDRESSES: ReadonlyMap<string, NumberKind> = new Map([['connection_creation_rate', 'whole']]);
const ENTITY_TYPES: ReadonlySet<string> = new Set(['user', 'client-id', 'ip']);

/** AlterClientQuotas (KIP-546): each entity wholly or not at all. */
export function alterClientQuotas(
  input: DecisionInput,
  command: AlterClientQuotasCommand,
): Decision<readonly AlterClientQuotasResult[]> {
  const records: MetadataRecord[] = [];
  const response = command.entries.map((change): AlterClientQuotasResult => {
    const { entity } = change;
    const decided = entityRefusal(input, change) ?? changesOf(input, change);
    if ('error' in decided) return { entity, ...decided };
    for (const record of decided) records.push(record);
    return { entity, error: null, message: null };
  });
  if (records.length > RECORDS_PER_COMMAND_MAX)
    return { records: [], response: response.map(({ entity }) => ({ entity, ...TOO_MUCH_AT_ONCE })) };
  return { records: command.validateOnly ? [] : records, response };
}

function entityRefusal(input: DecisionInput, { entity, ops }: ClientQuotaChange): Refusal | null {
  const invalid = (message: string): Refusal => ({ error: 'INVALID_REQUEST', message });
  if (entity.size === 0) return invalid('A quota is for somebody: no entity is named.');
  for (const [type, name] of entity) {
    if (!ENTITY_TYPES.has(type)) return invalid(`There are no quotas of a ${type}.`);
    if (name === '') return invalid(`The name of a ${type} must not be empty; null means all others.`);
  }
  const ip = entity.get('ip');
  if (entity.has('ip') && entity.size > 1)
    return invalid('An address cannot be combined with a user or client id.');
  if (ip !== undefined && ip !== null && !input.rules.isIpAddress(ip))
    return invalid(`"${ip}" is no IP address.`);
  const keys = ops.map(({ key }) => key);
  if (new Set(keys).size < keys.length) return invalid('A quota is changed more than once.');
  return null;
}

function changesOf(
  input: DecisionInput,
  { entity, ops }: ClientQuotaChange,
): readonly MetadataRecord[] | Refusal {
  const known = entity.has('ip') ? OF_ADDRESSES : OF_CLIENTS;
  const current = input.image.clientQuotas.get(quotaEntityKey(entity))?.values;
  const named = [...entity].map(([entityType, entityName]) => ({ entityType, entityName }));
  const records: MetadataRecord[] = [];
  for (const { key, value, remove } of ops) {
    const problem = remove ? null : valueProblem(known, key, value);
    if (problem !== null) return { error: 'INVALID_REQUEST', message: problem };
    const isAsItWas = remove ? current?.has(key) !== true : current?.get(key) === value;
    if (!isAsItWas)
      records.push({
        kind: 'ClientQuotaRecord',
        value: { entity: named, key, value: remove ? 0 : value, remove },
      });
  }
  return records;
}

function valueProblem(known: ReadonlyMap<string, NumberKind>, key: string, value: number): string | null {
  const kind = known.get(key);
  if (kind === undefined) return `"${key}" is no quota of such an entity.`;
  if (!(value > 0)) return `"${key}" must be above 0, not ${value}.`;
  return kind === 'whole' && !Number.isInteger(value)
    ? `"${key}" must be a whole number, not ${value}.`
    : null;
}
