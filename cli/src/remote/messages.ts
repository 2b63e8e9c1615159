import { text as readAll } from 'node:stream/consumers';
import * as contract from '@millrace/rest-api/contract';
import { type Asked, nameAt, type RemoteAct, settings, wholeNumber, wrongUse } from './remote-command.ts';
import { printable } from './table.ts';

const PAGE = 500;
const DEFAULT_LIMIT = 50;
const LOOKS = ['partition', 'filter', 'key-format', 'value-format'];
const FORMATS = ['auto', 'json', 'text', 'avro', 'hex', 'base64'] as const;
/** Messages of one request to send. */
const BATCH = 1_000;

export const produce: RemoteAct = {
  takes: 'TOPIC [NAME=VALUE...]',
  does: 'sends --value, or each line of the standard input, with --key and these headers; --tombstone sends null',
  options: ['key', 'value', 'partition', 'tombstone?'],
  async run(asked) {
    const topic = nameAt(asked, 0, 'The name of the topic');
    const key = asked.option('key');
    const partition = wholeNumber(asked, 'partition');
    const headers = Object.entries(settings(asked.names.slice(1))).map(([name, value]) => ({
      key: name,
      value: value === null ? null : ({ encoding: 'text', text: value } as const),
    }));
    const message = (value: string | null) => ({
      value: value === null ? null : ({ encoding: 'text', text: value } as const),
      ...(key === undefined ? {} : { key: { encoding: 'text', text: key } as const }),
      ...(partition === undefined ? {} : { partition }),
      headers,
    });
    const messages = (await valuesOf(asked)).map(message);
    const sent: contract.ReplyBodyOf<typeof contract.produceMessages>['sent'][number][] = [];
    for (let from = 0; from < messages.length; from += BATCH) {
      const body = { messages: messages.slice(from, from + BATCH) };
      sent.push(...(await asked.api.call(contract.produceMessages, { params: { topic }, body })).sent);
    }
    asked.print(sent, () =>
      sent.length === 1
        ? `Sent to ${topic}-${sent[0]?.partition} at offset ${sent[0]?.offset}.`
        : `Sent ${sent.length} messages to ${topic}.`,
    );
  },
};

async function valuesOf(asked: Asked): Promise<readonly (string | null)[]> {
  if (asked.flag('tombstone')) return [null];
  const value = asked.option('value');
  if (value !== undefined) return [value];
  const lines = (await readAll(process.stdin)).split('\n');
  return lines.filter((line, index) => line !== '' || index < lines.length - 1);
}

export const consume: RemoteAct = {
  takes: 'TOPIC',
  does: 'prints messages; --from is newest, oldest, offset:N or time:2026-11-21T10:00:00Z; --limit 50; as a member of no group',
  options: [...LOOKS, 'from', 'limit'],
  async run(asked) {
    const topic = nameAt(asked, 0, 'The name of the topic');
    const limit = wholeNumber(asked, 'limit') ?? DEFAULT_LIMIT;
    let left = limit;
    let place: ReturnType<typeof startOf> | { readonly after: string } = startOf(asked.option('from'));
    while (left > 0) {
      const query = { ...lookOf(asked), ...place, limit: Math.min(left, PAGE) };
      const page: contract.MessagePage = await asked.api.call(contract.readMessages, {
        params: { topic },
        query,
      });
      for (const message of page.messages) show(asked, message);
      left -= page.messages.length;
      if (page.next === null) return;
      place = { after: page.next };
    }
  },
};

export const tail: RemoteAct = {
  takes: 'TOPIC',
  does: 'prints messages as they come, until it is interrupted',
  options: LOOKS,
  async run(asked) {
    const topic = nameAt(asked, 0, 'The name of the topic');
    let dropped = 0;
    const given = { params: { topic }, query: { ...lookOf(asked), perSecond: PAGE } };
    for await (const event of asked.api.events(contract.tailMessages, 'messages', given)) {
      for (const message of event.messages) show(asked, message);
      if (event.dropped > dropped)
        process.stderr.write(`${event.dropped - dropped} messages came too fast and are not shown\n`);
      dropped = event.dropped;
    }
  },
};

function show(asked: Asked, message: contract.Message): void {
  if (asked.json) {
    process.stdout.write(`${JSON.stringify(message)}\n`);
    return;
  }
  const { partition, offset, timestamp, key, value } = message;
  const place = `${new Date(timestamp).toISOString()}  ${partition}:${offset}`;
  const bytes = ({ encoding, text }: contract.Decoded) => (encoding === 'null' ? 'null' : printable(text));
  process.stdout.write(`${place}  ${bytes(key)}  ${bytes(value)}\n`);
}

function lookOf(asked: Asked) {
  const partition = wholeNumber(asked, 'partition');
  const filter = asked.option('filter');
  const keyFormat = formatOf(asked, 'key-format');
  const valueFormat = formatOf(asked, 'value-format');
  return {
    ...(partition === undefined ? {} : { partition }),
    ...(filter === undefined ? {} : { filter }),
    ...(keyFormat === undefined ? {} : { keyFormat }),
    ...(valueFormat === undefined ? {} : { valueFormat }),
  };
}

function formatOf(asked: Asked, name: string) {
  const text = asked.option(name);
  const format = FORMATS.find((one) => one === text);
  if (text !== undefined && format === undefined)
    throw wrongUse(`--${name} is one of ${FORMATS.join(', ')}.`);
  return format;
}

function startOf(text = 'newest') {
  const [from, ...rest] = text.split(':');
  const value = rest.join(':');
  if (from === 'newest' || from === 'oldest') return { from } as const;
  if (from === 'offset' && /^\d+$/.test(value)) return { from, offset: Number(value) } as const;
  if (from === 'time' && !Number.isNaN(Date.parse(value)))
    return { from, timestamp: Date.parse(value) } as const;
  throw wrongUse('--from is newest, oldest, offset:N or time:2026-11-21T10:00:00Z.');
}
