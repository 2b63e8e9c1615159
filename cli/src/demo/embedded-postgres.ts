import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, isFree } from '../serve/free-port.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { type Account, canEnter, unprivilegedAccount } from './unprivileged-account.ts';

const HOST = '127.0.0.1';
const USER = 'millrace';
/** How long PostgreSQL may take to make its folder, and then to answer, ms. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

export interface EmbeddedPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly version: string;
  close(): Promise<void>;
}

/**
 * A real PostgreSQL on loopback with its data in `folder`, or, where the account that has to run it can't go there, in a folder of its own
 * under the system's temporary one. A server that a killed Millrace left behind on that data is taken over.
 * @throws with the reason where it can't run here
 */
export async function startEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  const account = unprivilegedAccount();
  const home = homeFolder(folder, account);
  const binaries = await postgresBinaries(account, join(tmpdir(), 'millrace-postgres'));
  const data = join(home, 'data');
  const password = readPassword(home);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialize(binaries, account, data, password);
  const left = leftBehind(data);
  const port = left?.port ?? (await samePort(join(home, 'port')));
  const child = left ? null : launch(binaries, account, data, port);
  const server = { host: HOST, port, user: USER, password, version: binaries.version };
  try {
    await untilItAnswers(server, child);
  } catch (error) {
    child?.process.kill('SIGQUIT');
    throw error;
  }
  const pid = left?.pid ?? child?.process.pid;
  // A hurried end of Millrace must not leave the server behind; only SIGKILL does, and then the next start takes it over.
  const endWithMillrace = () => pid !== undefined && isAlive(pid) && process.kill(pid, 'SIGINT');
  process.once('exit', endWithMillrace);
  return {
    ...server,
    async close() {
      process.off('exit', endWithMillrace);
      await shutDown(pid);
    },
  };
}

/** `folder` itself, unless the account can't get there. */
function homeFolder(folder: string, account: Account | null): string {
  mkdirSync(folder, { recursive: true });
  if (!account) return folder;
  const home = canEnter(account, folder)
    ? join(folder, 'postgres')
    : join(tmpdir(), `millrace-demo-${Buffer.from(folder).toString('base64url').slice(-40)}`);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chownSync(home, account.uid, account.gid);
  chmodSync(home, 0o700);
  return home;
}

/** The port of the last start where it is still free: connectors that were running find the server again where it was. */
async function samePort(file: string): Promise<number> {
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = before > 0 && (await isFree(HOST, before)) ? before : await freePort(HOST);
  writeFileSync(file, String(port));
  return port;
}

function readPassword(home: string): string {
  const file = join(home, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

async function initialize(
  binaries: PostgresBinaries,
  account: Account | null,
  data: string,
  password: string,
): Promise<void> {
  // A folder that a broken first start left half made is made anew.
  rmSync(data, { recursive: true, force: true });
  const passwordFile = `${data}.pw`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const args = [
    '-D',
    data,
    '-U',
    USER,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C',
    '-N',
  ];
  const { code, output } = await run(binaries.initdb, args, account);
  rmSync(passwordFile, { force: true });
  if (code === 0) return;
  rmSync(data, { recursive: true, force: true });
  throw new Error(`PostgreSQL could not make its data folder: ${lastLine(output)}`);
}

function launch(binaries: PostgresBinaries, account: Account | null, data: string, port: number) {
  const settings = {
    listen_addresses: HOST,
    unix_socket_directories: '',
    wal_level: 'logical',
    max_wal_senders: '8',
    max_replication_slots: '8',
    max_connections: '40',
    shared_buffers: '32MB',
    autovacuum_naptime: '60s',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  // A session of its own: Ctrl-C is for Millrace, which stops the server when nothing reads from it any more.
  const child = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...options], {
    ...identity(account),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    cwd: '/',
  });
  const log = { process: child, text: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log.text = (log.text + text).slice(-4_000);
  });
  child.once('error', (error) => {
    log.text += error.message;
  });
  child.unref();
  return log;
}

async function untilItAnswers(
  server: { host: string; port: number; user: string; password: string },
  child: { process: ChildProcess; text: string } | null,
): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client({ ...server, database: 'postgres', connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (child && (child.process.exitCode !== null || child.process.pid === undefined)) {
        throw new Error(`PostgreSQL did not start: ${lastLine(child.text)}`);
      }
      if (performance.now() > deadline)
        throw new Error(`PostgreSQL does not answer: ${(error as Error).message}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The server that still runs on this data, by its own pid file: line 1 its process, line 4 its port. */
function leftBehind(data: string): { pid: number; port: number } | null {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return Number.isInteger(pid) && pid > 0 && port > 0 && isAlive(pid) ? { pid, port } : null;
}

/** SIGINT is PostgreSQL's fast shutdown: sessions end, everything is written. */
async function shutDown(pid: number | undefined): Promise<void> {
  if (pid === undefined || !isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid) && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  if (isAlive(pid)) process.kill(pid, 'SIGQUIT');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function run(
  command: string,
  args: string[],
  account: Account | null,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...identity(account),
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      // As the server: a Ctrl-C must not cut it off half way.
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4_000);
      });
    }
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

function identity(account: Account | null) {
  const env = { LC_ALL: 'C', PATH: process.env.PATH ?? '', TZ: 'UTC' };
  return account ? { uid: account.uid, gid: account.gid, env } : { env };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
