import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MillraceError } from '@millrace/foundation';

/** AES-256. */
const KEY_BYTES = 32;
const KEY_ID_LENGTH = 8;
const READABLE_BY_OTHERS = 0o077;

export interface SecretKey {
  /** Says which key a value is sealed with, and nothing of the key. */
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys of `secrets.key.file`, newest first: the first one seals, all of them open. */
export type KeyRing = readonly [SecretKey, ...SecretKey[]];

/**
 * Reads a key file: one key a line, newest first, each 32 bytes in base64; empty lines and those that begin with `#` are
 * passed over. Read anew for each use, so that a changed file needs no restart.
 * @throws {MillraceError} SECRET_KEYS_UNREADABLE (class config, path `secrets.key.file`)
 */
export async function readKeyRing(file: string): Promise<KeyRing> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unreadable(`The file of secrets.key.file, ${file}, cannot be read (${code ?? 'unknown'}).`, error);
  }
  const lines = text.split('\n').map((line) => line.trim());
  const [newest, ...older] = lines.flatMap((line, index) =>
    line === '' || line.startsWith('#') ? [] : [secretKey(line, file, index + 1)],
  );
  if (newest) return [newest, ...older];
  throw unreadable(`The file of secrets.key.file, ${file}, holds no key.`);
}

/** Makes a key file that only its owner can read, and the folder for it; leaves one that is there. */
export async function ensureKeyFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Whether others than its owner may read the file. */
export async function isOpenToOthers(file: string): Promise<boolean> {
  return ((await stat(file)).mode & READABLE_BY_OTHERS) !== 0;
}

function secretKey(line: string, file: string, number: number): SecretKey {
  const bytes = Buffer.from(line, 'base64');
  if (bytes.length !== KEY_BYTES || !/^[A-Za-z0-9+/]+=*$/.test(line)) {
    throw unreadable(`Line ${number} of ${file} is no key: it must be ${KEY_BYTES} bytes in base64.`);
  }
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, KEY_ID_LENGTH);
  return { id, key: createSecretKey(bytes) };
}

function unreadable(message: string, cause?: unknown): MillraceError {
  return new MillraceError(message, {
    code: 'SECRET_KEYS_UNREADABLE',
    class: 'config',
    path: 'secrets.key.file',
    hint: 'Write one key a line, newest first: `openssl rand -base64 32` makes one. All workers of the group need the same file.',
    ...(cause === undefined ? {} : { cause }),
  });
}
