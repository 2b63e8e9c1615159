import { stat } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ConfigValue,
  type ConnectRecord,
  defineConfig,
  defineTransform,
  isMillraceError,
  kindOf,
  MillraceError,
  type Transformed,
} from '@millrace/sdk';
import { wrongOption } from './failures.ts';

/** What a module that `function.file` names exports by default. */
export type RecordFunction = (
  record: ConnectRecord,
  context: FunctionContext,
) => RecordChange | readonly RecordChange[] | null | Promise<RecordChange | readonly RecordChange[] | null>;

/** A record, or the members of it that are new: the others stay as they are. */
export type RecordChange = Partial<ConnectRecord>;

/** Where the function runs. */
export interface FunctionContext {
  readonly connector: string;
  /** The name of the transform: `transforms=NAME`. */
  readonly name: string;
}

/** Records that one record may become. */
const RECORDS_MAX = 10_000;

const MEMBERS = new Set([
  'topic',
  'partition',
  'key',
  'value',
  'keySchema',
  'valueSchema',
  'headers',
  'timestamp',
  'offset',
  'sourcePartition',
  'sourceOffset',
]);

function checkFile(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  const code = all['function.code'] ?? null;
  if (value === null) return code === null ? 'is needed, or function.code' : null;
  if (code !== null) return 'and "function.code" exclude each other: remove one';
  return isAbsolute(String(value)) ? null : 'must be an absolute path';
}

/** A function of the user's own, from a file or out of the config. */
export const functionTransform = defineTransform({
  class: 'Function',
  version: '0.1.0',
  docs: 'Applies a TypeScript or JavaScript function: (record, context) => record, records or null. Members that it leaves out stay as they are.',
  config: defineConfig({
    'function.file': {
      type: 'string',
      default: null,
      importance: 'high',
      docs: 'The absolute path of a module (.ts, .js, .mts, .mjs) whose default export is the function. TypeScript runs as it stands: types are stripped, not checked.',
      validate: Object.assign(checkFile, { allows: 'an absolute path' }),
    },
    'function.code': {
      type: 'string',
      default: null,
      importance: 'high',
      docs: 'The function itself, or a module with it as default export; where the worker has transforms.inline.enabled=true.',
    },
  }),
  create: async (config, context) => {
    const { connector, name } = context;
    const file = config['function.file'];
    const code = config['function.code'];
    if (code !== null && context.inlineAllowed !== true) {
      throw wrongOption(
        'function.code',
        'This worker runs no code from configs: "function.code" needs transforms.inline.enabled=true in the config of the worker.',
        'Put the function into a file and name it by function.file, or set transforms.inline.enabled=true on the worker.',
      );
    }
    const call = file === null ? await fromCode(code ?? '') : await fromFile(file);
    const about: FunctionContext = { connector, name };
    return {
      apply: (record) => {
        try {
          const answer = call(record, about);
          return answer instanceof Promise
            ? answer.then(
                (made) => recordsOf(record, made, name),
                (error) => {
                  throw failed(name, error);
                },
              )
            : recordsOf(record, answer, name);
        } catch (error) {
          throw failed(name, error);
        }
      },
    };
  },
});

async function fromFile(file: string): Promise<RecordFunction> {
  try {
    // A module that has changed is loaded anew when the task starts again, though its host goes on.
    const { mtimeMs } = await stat(file);
    return functionOf(await import(`${pathToFileURL(file).href}#${mtimeMs}`), 'function.file');
  } catch (error) {
    if (isMillraceError(error)) throw error;
    throw wrongOption(
      'function.file',
      `The function could not be loaded: ${sentence(error)}.`,
      'See that the file exists, that the worker may read it, and that it runs in Node by itself.',
    );
  }
}

async function fromCode(code: string): Promise<RecordFunction> {
  try {
    const isModule = /^\s*export\s+(?:default\b|\{)/m.test(code);
    const source = stripTypeScriptTypes(
      isModule ? code : `export default (${code.trim().replace(/;+$/, '')}\n);`,
    );
    const url = `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
    return functionOf(await import(url), 'function.code');
  } catch (error) {
    if (isMillraceError(error)) throw error;
    throw wrongOption(
      'function.code',
      `The function could not be read: ${sentence(error)}.`,
      'It is an expression such as (record) => ({ value: record.value }), or a module with a default export; types must be erasable.',
    );
  }
}

function functionOf(module: unknown, key: string): RecordFunction {
  const exported = (module as { readonly default?: unknown }).default;
  if (typeof exported === 'function') return exported as RecordFunction;
  throw wrongOption(
    key,
    `The default export is ${kindOf(exported)} and no function.`,
    'Export the function by: export default (record) => record.',
  );
}

function recordsOf(record: ConnectRecord, answer: unknown, name: string): Transformed {
  if (answer === record || answer === null) return answer as ConnectRecord | null;
  if (!Array.isArray(answer)) return recordOf(record, answer, name);
  if (answer.length > RECORDS_MAX)
    throw wrongAnswer(name, `${answer.length} records, and ${RECORDS_MAX} are the most`);
  return answer.map((one) => recordOf(record, one, name));
}

function recordOf(record: ConnectRecord, answer: unknown, name: string): ConnectRecord {
  if (answer === record) return record;
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer) || answer instanceof Date)
    throw wrongAnswer(name, answer === undefined ? 'nothing' : kindOf(answer));
  const strange = Object.keys(answer).find((member) => !MEMBERS.has(member));
  if (strange !== undefined) throw wrongAnswer(name, `a member "${strange}", which records have not`);
  const made = { ...record, ...answer };
  if (typeof made.topic !== 'string' || made.topic === '') throw wrongAnswer(name, 'a topic that is no text');
  if (!Array.isArray(made.headers)) throw wrongAnswer(name, 'headers that are no list');
  if (made.timestamp !== null && !Number.isFinite(made.timestamp))
    throw wrongAnswer(name, 'a timestamp that is no number');
  if (made.partition !== null && !Number.isInteger(made.partition))
    throw wrongAnswer(name, 'a partition that is no whole number');
  const lost = lostField(record, made);
  if (lost !== undefined)
    throw wrongAnswer(
      name,
      `a value with the field "${lost}", which its schema lacks: give it a valueSchema, or undefined for none`,
    );
  return made;
}

/** A field that was added to a value whose schema stayed: converters would leave it out without a word. */
function lostField(record: ConnectRecord, { value, valueSchema }: ConnectRecord): string | undefined {
  if (value === record.value || valueSchema === undefined || valueSchema !== record.valueSchema)
    return undefined;
  if (valueSchema.type !== 'struct' || typeof value !== 'object' || value === null) return undefined;
  return Object.keys(value).find((name) => !valueSchema.fields?.some(({ field }) => field === name));
}

const wrongAnswer = (name: string, what: string): MillraceError =>
  new MillraceError(`The function of transform "${name}" gave ${what}.`, {
    code: 'FUNCTION_WRONG_ANSWER',
    class: 'poison',
    hint: 'Return a record, several, or null to drop it; members of the record that you leave out stay as they are.',
  });

function failed(name: string, error: unknown): MillraceError {
  if (isMillraceError(error)) return error;
  return new MillraceError(`The function of transform "${name}" threw: ${sentence(error)}.`, {
    code: 'FUNCTION_FAILED',
    class: 'poison',
    hint: 'Mend the function, or let it return null for records that it is not meant for.',
    cause: error,
  });
}

/** An error's own words without a full stop. */
function sentence(error: unknown): string {
  const text =
    error instanceof Error
      ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}`
      : String(error);
  return text.trim().replace(/\.$/, '');
}
