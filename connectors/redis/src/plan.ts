import { type ConnectRecord, isMillraceError, type PlannedChange, type SinkRecord } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { type Argument, commandsOf } from './write-commands.ts';

const SHOWN_CHARACTERS = 60;

/** The commands that writing these records would run; nothing is asked of the server. */
export async function planSink(
  config: SinkConfig,
  records: readonly ConnectRecord[],
): Promise<readonly PlannedChange[]> {
  return records.flatMap((record, offset) => {
    const written: SinkRecord = { ...record, partition: record.partition ?? 0, offset };
    try {
      return commandsOf(written, config).map(([name, key, ...args]) => ({
        what: `${name} ${key}`,
        statement: [name, key, ...args].map(shown).join(' '),
      }));
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      return [{ what: `refuse a record: ${error.message}` }];
    }
  });
}

/** As `redis-cli` takes it. */
function shown(argument: Argument): string {
  const text = argument.toString();
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return /^[\w:.~*{}-]+$/.test(short) ? short : JSON.stringify(short);
}
