/**
 * Writes docs/reference/kafka-apis.md: the APIs of Apache Kafka 4.3's brokers, which versions of them this broker serves, and
 * what is not as there. It is read off the headers of `broker/src/apis`. With `--check` it writes nothing, and fails where the
 * page is not what it should be.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const HANDLERS = join(ROOT, 'broker/src/apis');
const PAGE = join(ROOT, 'docs/reference/kafka-apis.md');
const BETWEEN = /(<!-- apis:start -->)[\s\S]*(<!-- apis:end -->)/;
const BETWEEN_MISSING = /(<!-- missing:start -->)[\s\S]*(<!-- missing:end -->)/;

/** What Apache Kafka 4.3 serves on a broker's listener and this broker does not, and what it waits for. */
const NOT_SERVED: readonly (readonly [apis: string, why: string])[] = [
  ['SaslHandshake (17), SaslAuthenticate (36)', 'SASL'],
  ['DescribeAcls (29), CreateAcls (30), DeleteAcls (31)', 'ACLs; every handler asks the authorizer already'],
  ['AlterReplicaLogDirs (34)', 'more than one data folder'],
  [
    'CreateDelegationToken (38), RenewDelegationToken (39), ExpireDelegationToken (40), DescribeDelegationToken (41)',
    'delegation tokens',
  ],
  ['AlterUserScramCredentials (51)', 'SASL'],
  ['AddRaftVoter (80), RemoveRaftVoter (81)', 'voters that come and go while the cluster runs'],
  [
    'GetTelemetrySubscriptions (71), PushTelemetry (72)',
    'telemetry of clients; Kafka does not advertise it by default either',
  ],
  ['StreamsGroupHeartbeat (88), StreamsGroupDescribe (89)', 'Streams groups'],
];

interface Row {
  readonly key: number;
  readonly name: string;
  readonly versions: string;
  readonly differences: string;
}

function rowOf(file: string): Row {
  const text = readFileSync(join(HANDLERS, file), 'utf8');
  const [, name, versions, advertised] = / \* (\w+) v([\d-]+)(?:, advertised from (\d+))?\n/.exec(text) ?? [];
  const [, missing] = / \* Not implemented: ([\s\S]*?)\n \*\//.exec(text) ?? [];
  if (name === undefined || versions === undefined || missing === undefined)
    throw new Error(`${file} has no header with versions and "Not implemented: ..."`);
  const sentence = missing.replace(/\s*\n \* ?/g, ' ');
  return {
    key: Number.parseInt(file, 10),
    name,
    versions: advertised === undefined ? versions : `${versions} (advertised from ${advertised}, as there)`,
    differences: /^nothing\.?$/.test(sentence) ? '' : sentence.replace(/^nothing\. /, ''),
  };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(width[column] ?? 0)).join(' | ')} |`;
  const rule = line(width.map((count) => '-'.repeat(count)));
  return [line(head), rule, ...rows.map(line)].join('\n');
}

const rows = readdirSync(HANDLERS)
  .filter((file) => /^\d\d-[a-z0-9-]+\.ts$/.test(file))
  .map(rowOf)
  .sort((one, other) => one.key - other.key);
const served = table(
  ['key', 'API', 'versions', 'not implemented here'],
  rows.map(({ key, name, versions, differences }) => [String(key), name, versions, differences]),
);
const missing = table(['APIs', 'part of'], NOT_SERVED);

const text = readFileSync(PAGE, 'utf8');
const renewed = text
  .replace(BETWEEN, (_all, start: string, end: string) => `${start}\n\n${served}\n\n${end}`)
  .replace(BETWEEN_MISSING, (_all, start: string, end: string) => `${start}\n\n${missing}\n\n${end}`);
if (renewed !== text && process.argv.includes('--check')) {
  console.error('docs/reference/kafka-apis.md: the tables are out of date; run node scripts/kafka-apis.ts');
  process.exitCode = 1;
} else if (renewed !== text) writeFileSync(PAGE, renewed);
