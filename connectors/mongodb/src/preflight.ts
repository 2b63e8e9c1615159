import { type ConfigProblem, MillraceError } from '@millrace/sdk';
import type { Document, MongoClient, Timestamp } from 'mongodb';
import type { CaptureFilter } from './capture-filter.ts';
import type { SourceConfig } from './config.ts';
import { toMongoError } from './errors.ts';
import { EventStream } from './event-stream.ts';
import { compareNamespaces, type Namespace, namespaceOf } from './namespace.ts';

/** MongoDB 5.0: reads of the past, which the copy is made of. */
const WIRE_VERSION_MIN = 13;

/** What a deployment is, as far as the source must know. */
export interface Deployment {
  readonly sharded: boolean;
}

/** @throws {MillraceError} class config for a server that can't serve change streams */
export async function inspect(client: MongoClient): Promise<Deployment> {
  const hello = await asking(client.db('admin').command({ hello: 1 }), 'Asking the server what it is');
  const sharded = hello.msg === 'isdbgrid';
  if (!sharded && typeof hello.setName !== 'string')
    throw unfit(
      'MONGODB_NO_REPLICA_SET',
      'The server is no member of a replica set, and so has no change streams.',
      'Start mongod with --replSet, even for a single member.',
    );
  if (Number(hello.maxWireVersion) < WIRE_VERSION_MIN)
    throw unfit(
      'MONGODB_TOO_OLD',
      'The server is older than MongoDB 5.0.',
      'Upgrade it: the copy reads the past, which 5.0 can.',
    );
  return { sharded };
}

/** Problems that only the server knows: rights, stages it does not take, collections without the images asked for. */
export async function captureProblems(
  client: MongoClient,
  config: SourceConfig,
  filter: CaptureFilter,
): Promise<readonly ConfigProblem[]> {
  await inspect(client);
  const stream = EventStream.open(client, config, {
    filter,
    position: { time: null, token: null, copy: null },
    bson: {},
    awaitMs: 1,
  });
  try {
    await stream.take(1);
  } catch (error) {
    const failure = toMongoError(error, 'Opening a change stream');
    if (failure.class !== 'config') throw failure;
    return [
      {
        key: 'pipeline',
        message: `The server does not take the change stream: ${sentence(failure.message)}`,
      },
    ];
  } finally {
    await stream.close();
  }
  return await imageProblems(client, config, filter);
}

async function imageProblems(
  client: MongoClient,
  config: SourceConfig,
  filter: CaptureFilter,
): Promise<readonly ConfigProblem[]> {
  const keys = (['change.stream.full.document', 'change.stream.full.document.before.change'] as const).filter(
    (key) => config[key] === 'required',
  );
  if (keys.length === 0) return [];
  const without = (await listCollections(client, config, filter)).filter(({ images }) => !images);
  if (without.length === 0) return [];
  const names = without
    .map(({ namespace }) => namespace)
    .slice(0, 5)
    .join(', ');
  return keys.map((key) => ({
    key,
    message: `"${key}" is required, which these collections record no images for: ${names}. Set changeStreamPreAndPostImages on them with collMod.`,
  }));
}

/** A captured collection. */
export interface Listed {
  readonly namespace: Namespace;
  /** Whether it records pre- and post-images. */
  readonly images: boolean;
}

/** The collections there are now, in the order of their names. Views and time series have no change streams and are left out. */
export async function listCollections(
  client: MongoClient,
  { database }: SourceConfig,
  filter: CaptureFilter,
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for (const db of database ? [database] : await databaseNames(client)) {
    const found = await asking(
      client.db(db).listCollections({ type: 'collection' }, { nameOnly: false }).toArray(),
      `Listing the collections of ${db}`,
    );
    for (const info of found) {
      const namespace = namespaceOf(db, info.name);
      const { options } = info as Document;
      const images = options?.changeStreamPreAndPostImages?.enabled === true;
      if (filter.captures(namespace)) listed.push({ namespace, images });
    }
  }
  return listed.sort((a, b) => compareNamespaces(a.namespace, b.namespace));
}

async function databaseNames(client: MongoClient): Promise<readonly string[]> {
  const { databases } = await asking(
    client.db('admin').command({ listDatabases: 1, nameOnly: true }),
    'Listing the databases',
  );
  return (databases as readonly { name: string }[]).map(({ name }) => name);
}

/** The cluster time up to which a read would see everything now. */
export async function clusterTime(client: MongoClient): Promise<Timestamp> {
  const answer = await asking(client.db('admin').command({ ping: 1 }), 'Asking for the cluster time');
  return answer.operationTime as Timestamp;
}

/** @throws {MillraceError} what `answer` fails with, as a typed error */
async function asking<T>(answer: Promise<T>, doing: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toMongoError(error, doing);
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function unfit(code: string, message: string, hint: string): MillraceError {
  return new MillraceError(message, { code, class: 'config', path: 'connection.uri', hint });
}
