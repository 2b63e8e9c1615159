import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MillraceError, type Random, type Uuid } from '@millrace/foundation';
import { readSmallFile, replaceSmallFile } from './small-file.ts';

/** What `meta.properties` says of a data folder, by Kafka's keys. */
export interface FolderIdentity {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly directoryId: Uuid;
}

/** A folder that this process alone uses until `release`. */
export interface DataFolder extends FolderIdentity {
  readonly path: string;
  release(): void;
}

export interface DataFolderOptions {
  readonly path: string;
  readonly nodeId: number;
  /** Null: what the folder says, and a new one where it says nothing. */
  readonly clusterId: string | null;
  /** Whether a new folder may begin a cluster of its own: several nodes must be told the same id. */
  readonly mayBeginCluster: boolean;
  readonly random: Random;
}

/** The layout that this broker writes; raised by the change that makes older brokers unable to read it. */
const FORMAT_VERSION = 1;
const FORMAT_KEY = 'millrace.format.version';
const META_FILE = 'meta.properties';
const LOCK_FILE = '.lock';
/** Version of Kafka's own `meta.properties` that has these keys (KIP-858). */
const META_VERSION = 1;

/**
 * Makes the folder where it is missing, takes it for this process, and reads or writes who it belongs to.
 * @throws {MillraceError} (class config) DATA_DIR_NOT_WRITABLE, DATA_DIR_LOCKED, DATA_DIR_NEWER_FORMAT,
 *   DATA_DIR_NOT_OURS, DATA_DIR_OTHER_CLUSTER, CLUSTER_ID_MISSING
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const path = resolve(options.path);
  try {
    makeFolder(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(path, error);
  }
  const release = lock(path);
  try {
    const identity = (await readIdentity(path, options)) ?? (await writeIdentity(path, options));
    return { ...identity, path, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** One folder at a time: Node's own recursive way never ends where a folder is there and refuses children as /proc does, with ENOENT. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * SQLite's file lock is the one advisory lock that Node has: the system lets go of it when the process dies in whatever
 * way, and it holds between containers that share the folder, which a file with a process id does not.
 */
function lock(path: string): () => void {
  try {
    const database = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw error;
    }
    return () => database.close();
  } catch (error) {
    if (!isBusy(error)) throw notWritable(path, error);
    throw new MillraceError(`The data folder ${path} is in use by another process.`, {
      code: 'DATA_DIR_LOCKED',
      class: 'config',
      path: 'log.dirs',
      hint: 'Stop the other broker, or give each its own folder.',
      cause: error,
    });
  }
}

function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

async function readIdentity(path: string, options: DataFolderOptions): Promise<FolderIdentity | null> {
  const file = join(path, META_FILE);
  const text = readSmallFile(file)?.toString('utf8');
  if (text === undefined) return null;
  const meta = parseProperties(text);
  const format = meta.get(FORMAT_KEY);
  const clusterId = meta.get('cluster.id');
  const nodeId = Number(meta.get('node.id'));
  const directoryId = meta.get('directory.id');
  if (format === undefined || !/^\d+$/.test(format) || clusterId === undefined || directoryId === undefined) {
    throw refused('DATA_DIR_NOT_OURS', `${file} was not written by Millrace.`, 'Give an empty folder.');
  }
  if (Number(format) > FORMAT_VERSION) {
    const message = `The data folder ${path} has format ${format}; this version reads up to ${FORMAT_VERSION}.`;
    throw refused(
      'DATA_DIR_NEWER_FORMAT',
      message,
      'Run the version of Millrace that wrote it, or a later one.',
    );
  }
  if (nodeId !== options.nodeId || clusterId !== (options.clusterId ?? clusterId)) {
    const message = `The data folder ${path} belongs to node ${nodeId} of cluster ${clusterId}.`;
    throw refused(
      'DATA_DIR_OTHER_CLUSTER',
      message,
      'Correct node.id and cluster.id, or give another folder.',
    );
  }
  return { clusterId, nodeId, directoryId };
}

async function writeIdentity(path: string, options: DataFolderOptions): Promise<FolderIdentity> {
  const { nodeId, random } = options;
  if (options.clusterId === null && !options.mayBeginCluster) {
    throw new MillraceError(`The data folder ${path} is new, and says nothing of a cluster.`, {
      code: 'CLUSTER_ID_MISSING',
      class: 'config',
      path: 'cluster.id',
      hint: 'Give all nodes of the cluster the same cluster.id, for instance 22 letters and digits of base64url.',
    });
  }
  const identity = { clusterId: options.clusterId ?? newId(random), nodeId, directoryId: newId(random) };
  const lines = [
    `version=${META_VERSION}`,
    `${FORMAT_KEY}=${FORMAT_VERSION}`,
    `cluster.id=${identity.clusterId}`,
    `node.id=${nodeId}`,
    `directory.id=${identity.directoryId}`,
  ];
  await replaceSmallFile(join(path, META_FILE), `${lines.join('\n')}\n`);
  return identity;
}

/** As in Kafka, no id begins with a dash: tools take that for an option. */
function newId(random: Random): Uuid {
  for (;;) {
    const id = random.uuid();
    if (!id.startsWith('-')) return id;
  }
}

function parseProperties(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line.includes('='));
  return new Map(
    lines.map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

function notWritable(path: string, cause: unknown): MillraceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MillraceError(`The data folder ${path} cannot be written: ${why}.`, {
    code: 'DATA_DIR_NOT_WRITABLE',
    class: 'config',
    path: 'log.dirs',
    hint: 'Give a folder that the account of the broker may write to, or change its rights.',
    cause,
  });
}

function refused(code: string, message: string, hint: string): MillraceError {
  return new MillraceError(message, { code, class: 'config', path: 'log.dirs', hint });
}
