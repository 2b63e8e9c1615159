import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { MillraceError } from '@millrace/foundation';
import type { KeyRing } from './key-ring.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/** Where a secret belongs: a sealed value opens nowhere else. */
export interface SecretPlace {
  readonly connector: string;
  readonly key: string;
}

/** A secret as it is stored: `v1.KEY_ID.BYTES`, the bytes being nonce, ciphertext and tag in base64url. */
export type SealedValue = string;

/** Encrypts with the newest key (AES-256-GCM, a fresh nonce each time). */
export function seal(keys: KeyRing, place: SecretPlace, value: string): SealedValue {
  const [{ id, key }] = keys;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(bound(place));
  const bytes = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return [VERSION, id, bytes.toString('base64url')].join('.');
}

/**
 * Decrypts with whichever key it was sealed with.
 * @throws {MillraceError} SECRET_KEY_MISSING where the key file has that key no more, SECRET_NOT_OPENED where the value was
 *   changed or belongs elsewhere (both class config, path: the config key)
 */
export function unseal(keys: KeyRing, place: SecretPlace, sealed: SealedValue): string {
  const [version, id, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw notOpened(place);
  const found = keys.find((candidate) => candidate.id === id);
  if (!found) throw keyMissing(place, id ?? '');
  const decipher = createDecipheriv(ALGORITHM, found.key, bytes.subarray(0, NONCE_BYTES)).setAAD(
    bound(place),
  );
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
    return opened + decipher.final('utf8');
  } catch {
    throw notOpened(place);
  }
}

/** Whether it is sealed with the newest key; others are sealed anew before their key may leave the file. */
export function isSealedWithNewest([{ id }]: KeyRing, sealed: SealedValue): boolean {
  return sealed.split('.')[1] === id;
}

function bound({ connector, key }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([connector, key]), 'utf8');
}

function keyMissing({ connector, key }: SecretPlace, id: string): MillraceError {
  return new MillraceError(
    `The secret "${key}" of connector ${connector} is encrypted with key ${id}, which the key file of this worker does not have.`,
    {
      code: 'SECRET_KEY_MISSING',
      class: 'config',
      path: key,
      hint: 'Give all workers the same secrets.key.file, with the older keys below the newest; or set the value anew.',
    },
  );
}

function notOpened({ connector, key }: SecretPlace): MillraceError {
  return new MillraceError(`The stored secret "${key}" of connector ${connector} cannot be decrypted.`, {
    code: 'SECRET_NOT_OPENED',
    class: 'config',
    path: key,
    hint: 'It was damaged or moved in the topic of secrets. Set the value anew.',
  });
}
