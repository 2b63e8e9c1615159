import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS_HOME } from '../clients/line-client.ts';

/** Where `clients/install.sh` puts it. */
const SCHEMATHESIS = join(CLIENTS_HOME, 'schemathesis/bin/schemathesis');

/** Streams that do not end are left out; what is between workers is not: it has to refuse everybody else. */
const ENDLESS = '(/events|/tail|/connectors/\\{connector\\}/logs)$';
const CHECKS = [
  'not_a_server_error',
  'response_schema_conformance',
  'status_code_conformance',
  'content_type_conformance',
];

export interface FuzzOptions {
  /** `http://host:port` of the REST API. */
  readonly rest: string;
  readonly phases: readonly ('coverage' | 'fuzzing')[];
  /** Requests made up for each operation. */
  readonly examples: number;
  readonly seed: number;
}

/** Why it can't be run; null where it can. */
export function fuzzSkipReason(): string | null {
  return existsSync(SCHEMATHESIS)
    ? null
    : 'schemathesis is not installed (test/conformance/clients/install.sh)';
}

/** Runs schemathesis over the OpenAPI of a worker. Answers its exit code and what it printed. */
export function fuzz({
  rest,
  phases,
  examples,
  seed,
}: FuzzOptions): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    SCHEMATHESIS,
    [
      ...[
        'run',
        `${rest}/api/docs/json`,
        '--url',
        rest,
        '--checks',
        CHECKS.join(','),
        '--phases',
        phases.join(','),
      ],
      ...['--max-examples', String(examples), '--seed', String(seed), '--request-timeout', '60'],
      ...['--exclude-path-regex', ENDLESS, '--suppress-health-check', 'all', '--no-color'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
