import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MillraceError } from '@millrace/foundation';

/** The brokers that `millrace dev --brokers` keeps, as `cluster.json` of its data folder says. */
export interface ClusterFile {
  readonly clusterId: string;
  readonly nodes: readonly ClusterFileNode[];
}

export interface ClusterFileNode {
  readonly id: number;
  /** Of clients, `host:port`. */
  readonly address: string;
  /** Of its process; null while it is down. */
  readonly pid: number | null;
  /** Stands in the command line of that process. */
  readonly configFile: string;
}

const NAME = 'cluster.json';

/** Null where the folder holds none. @throws {MillraceError} CLUSTER_FILE_MALFORMED */
export function readClusterFile(dataDir: string): ClusterFile | null {
  const path = join(dataDir, NAME);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // A data folder that is a file is refused by who writes into it.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  const file = parsed(text);
  if (typeof file?.clusterId === 'string' && Array.isArray(file.nodes)) return file;
  throw new MillraceError(`${path} can't be understood.`, {
    ...{ code: 'CLUSTER_FILE_MALFORMED', class: 'config', path },
    hint: 'It is written by "millrace dev --brokers"; take it back from a copy, or begin with another --data-dir.',
  });
}

/** Puts it in place whole or not at all. */
export async function writeClusterFile(dataDir: string, file: ClusterFile): Promise<void> {
  const path = join(dataDir, NAME);
  await writeFile(`${path}.tmp`, `${JSON.stringify(file, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

function parsed(text: string): ClusterFile | null {
  try {
    return JSON.parse(text) as ClusterFile | null;
  } catch {
    return null;
  }
}
