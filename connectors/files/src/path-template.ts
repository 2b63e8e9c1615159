import {
  type ConfigValue,
  isMillraceError,
  jsonText,
  MillraceError,
  RECORD_PART,
  readAt,
  recordPart,
  type SinkRecord,
} from '@millrace/sdk';

/** Names in a path that stand for something of a record or its task. */
const PLACEHOLDER = /\$\{([^{}]*)\}/g;
const OWN = /^(?:partition|offset|task|time:.+)$/;
const TIME = /\$\{time:([^{}]*)\}/g;
const TIME_FIELD = /yyyy|MM|dd|HH|mm/g;
const OFFSET_DIGITS = 10;
/** As long as a name may be on the usual file systems, with room for a number behind it. */
const NAME_MAX_BYTES = 240;

const PLACEHOLDER_LIST = [
  ...['topic', 'partition', 'offset', 'task', 'key', 'key.field', 'value.field', 'header.name'],
  'time:yyyy-MM-dd-HH',
]
  .map((name) => `\${${name}}`)
  .join(', ');

/** What makes the names of rotated files their own. */
export const NEEDED_BY_ROTATION = ['topic', 'partition', 'offset'];

/** Whether a path has this placeholder. */
export const hasPlaceholder = (file: string, name: string): boolean => file.includes(`\${${name}}`);

/** What of a path is the same for all records: up to its first placeholder. */
export function constantPart(file: string): string {
  const at = file.search(PLACEHOLDER);
  return at === -1 ? file : file.slice(0, at);
}

/** A config's validator of a path with placeholders. */
export const pathTemplate = Object.assign(
  (value: ConfigValue): string | null => {
    const unknown = [...String(value).matchAll(PLACEHOLDER)].find(
      ([, name = '']) => !OWN.test(name) && !RECORD_PART.test(name),
    );
    if (unknown) return `has ${unknown[0]}, which stands for nothing; known are ${PLACEHOLDER_LIST}`;
    const odd = [...String(value).matchAll(TIME)].find(([, format = '']) => hasOddLetters(format));
    return odd ? `has ${odd[0]}, of whose letters only yyyy, MM, dd, HH and mm stand for a time` : null;
  },
  { allows: `a path with ${PLACEHOLDER_LIST}` },
);

/**
 * The path of a record's file. What records fill in is part of one name: separators and control characters become underscores.
 * @param offset what stands for `${offset}`
 * @throws {MillraceError} PATH_NOT_MADE (class poison) where a record lacks what the path needs
 */
export function filledPath(file: string, record: SinkRecord, task: number, offset: string): string {
  return file.replace(PLACEHOLDER, (_, name: string) => {
    if (name === 'task') return String(task);
    if (name === 'offset') return offset;
    if (name === 'partition') return String(readAt(record).partition);
    try {
      return name.startsWith('time:')
        ? timeText(record.timestamp, name.slice('time:'.length))
        : nameOf(recordPart(record, name));
    } catch (error) {
      if (isMillraceError(error)) throw error;
      throw notMade(record, name, (error as Error).message);
    }
  });
}

/** Letters of other patterns would stand in the name as they are; the T of ISO 8601 is meant so. */
const hasOddLetters = (format: string): boolean => /[A-SU-Za-z]/.test(format.replaceAll(TIME_FIELD, ''));

/** An offset as names have it: padded, so that names sort as records came. */
export const offsetText = (offset: number): string => String(offset).padStart(OFFSET_DIGITS, '0');

function nameOf(value: unknown): string {
  if (value === null || value === undefined) throw new Error('there is none');
  const text =
    typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString() : jsonText(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a name
  const name = text.replaceAll(/[/\\\u0000-\u001f\u007f]/g, '_');
  if (/^\.{0,2}$/.test(name)) throw new Error(`"${name}" is no name`);
  if (Buffer.byteLength(name) > NAME_MAX_BYTES) throw new Error('it is too long for a name');
  return name;
}

/** A time in UTC: `yyyy`, `MM`, `dd`, `HH` and `mm` are filled in. */
function timeText(timestamp: number | null, format: string): string {
  if (timestamp === null) throw new Error('the record has no timestamp');
  const iso = new Date(timestamp).toISOString();
  const parts: Readonly<Record<string, string>> = {
    ...{ yyyy: iso.slice(0, 4), MM: iso.slice(5, 7), dd: iso.slice(8, 10) },
    ...{ HH: iso.slice(11, 13), mm: iso.slice(14, 16) },
  };
  return format.replaceAll(TIME_FIELD, (part) => parts[part] ?? part);
}

function notMade(record: SinkRecord, name: string, reason: string): MillraceError {
  const { topic, partition, offset } = record;
  return new MillraceError(`A record of topic ${topic} has nothing for \${${name}} of "file": ${reason}.`, {
    code: 'PATH_NOT_MADE',
    class: 'poison',
    record: { topic, partition, offset },
    hint: 'Leave the placeholder out of "file", or mend the record where it is made.',
  });
}
