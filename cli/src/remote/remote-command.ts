import { MillraceError } from '@millrace/foundation';
import type { RestClient } from './rest-client.ts';

/** One act of a command that asks a worker, such as `topics show NAME`. */
export interface RemoteAct {
  /** What stands behind its name: `NAME`, `NAME KEY=VALUE...`. */
  readonly takes: string;
  readonly does: string;
  /** Options with values, beside `--url` and `--json`; those that end with `?` are flags. */
  readonly options?: readonly string[];
  run(asked: Asked): Promise<unknown>;
}

/** What was asked for. */
export interface Asked {
  readonly api: RestClient;
  /** What stands behind the act. */
  readonly names: readonly string[];
  option(name: string): string | undefined;
  flag(name: string): boolean;
  readonly json: boolean;
  /** The facts as JSON where that is wanted; else the text. */
  print(facts: unknown, text: () => string): void;
}

export type RemoteCommand = { readonly [act: string]: RemoteAct };

/** The name at a place. @throws {MillraceError} USAGE */
export function nameAt({ names }: Asked, index: number, what: string): string {
  const name = names[index];
  if (name !== undefined && name !== '') return name;
  throw wrongUse(`${what} is missing.`);
}

/** KEY=VALUE texts; nothing behind the equals sign is null: back to the default. @throws {MillraceError} USAGE */
export function settings(texts: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals <= 0) throw wrongUse(`"${text}" is not KEY=VALUE.`);
      const value = text.slice(equals + 1);
      return [text.slice(0, equals), value === '' ? null : value];
    }),
  );
}

/** A whole number, where the option is given. @throws {MillraceError} USAGE */
export function wholeNumber(asked: Asked, name: string): number | undefined {
  const text = asked.option(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw wrongUse(`--${name} takes a whole number, not "${text}".`);
}

export function wrongUse(message: string, command?: string): MillraceError {
  return new MillraceError(message, {
    ...{ code: 'USAGE', class: 'config' },
    hint: command
      ? `millrace ${command} --help says what it takes.`
      : 'millrace help says what each command takes.',
  });
}
