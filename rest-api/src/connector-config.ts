import { badRequest } from './errors.ts';
import type { ConfigPatch, ConnectorConfig, TargetState } from './ports.ts';

/** Longest name of a connector, in characters: what a key in the config topic can well carry. */
const MAX_NAME_LENGTH = 255;

export type SentConfig = { readonly [key: string]: string | number | boolean | null };

/**
 * A config as it was sent, as the herder takes it: values as text, `name` filled in.
 *
 * @throws {MillraceError} BAD_REQUEST with the key at fault
 */
export function readConfig(name: string, sent: SentConfig): ConnectorConfig {
  const config = withoutNulls(sent);
  const missing = Object.keys(sent).find((key) => sent[key] === null);
  if (missing !== undefined) {
    throw badRequest(`Config key "${missing}" is null.`, {
      path: missing,
      hint: 'Give it a value, or leave the key out to use its default.',
    });
  }
  const inside = config.name;
  if (inside !== undefined && inside !== name) {
    throw nameMismatch(inside, name);
  }
  return { ...config, name };
}

/**
 * What to change of a config, values as text.
 *
 * @throws {MillraceError} BAD_REQUEST where it would give the connector another name, or none
 */
export function readPatch(name: string, sent: SentConfig): ConfigPatch {
  if (sent.name !== undefined && sent.name !== name) throw nameMismatch(String(sent.name), name);
  return Object.fromEntries(
    Object.entries(sent).map(([key, value]) => [key, value === null ? null : String(value)]),
  );
}

function nameMismatch(inside: string, name: string) {
  return badRequest(
    `Connector name configuration (${inside}) doesn't match connector name in the URL (${name})`,
    { path: 'name', hint: 'Leave "name" out of the config, or make both the same.' },
  );
}

/** The values that are there, as text. */
export function withoutNulls(sent: SentConfig): ConnectorConfig {
  const entries = Object.entries(sent).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

/** @throws {MillraceError} BAD_REQUEST for a name that Kafka Connect refuses too */
export function readName(sent: string | null | undefined): string {
  const name = (sent ?? '').trim();
  if (name === '') {
    throw badRequest('The connector has no name.', {
      path: 'name',
      hint: 'Give a "name" that is not blank.',
    });
  }
  if (name.length > MAX_NAME_LENGTH) {
    throw badRequest(
      `The connector's name has ${name.length} characters; at most ${MAX_NAME_LENGTH} are taken.`,
      {
        path: 'name',
      },
    );
  }
  if (name === '.' || name === '..') {
    throw badRequest(`A connector can't be named "${name}": in a URL that is another place.`, {
      path: 'name',
    });
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) {
    throw badRequest("The connector's name contains a control character.", { path: 'name' });
  }
  return name;
}

/** KIP-980; Kafka Connect takes any case. */
export function readInitialState(sent: string | null | undefined): TargetState {
  const state = (sent ?? 'RUNNING').toUpperCase();
  if (state === 'RUNNING' || state === 'PAUSED' || state === 'STOPPED') return state;
  throw badRequest(`"${sent}" is no initial state.`, {
    path: 'initial_state',
    hint: 'It is RUNNING, PAUSED or STOPPED.',
  });
}
