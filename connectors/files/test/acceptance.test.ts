import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptance, type Entry, type SinkPlace, type SourcePlace } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';

const folder = () => mkdtemp(join(tmpdir(), 'millrace-files-'));

async function sourcePlace(): Promise<SourcePlace> {
  const at = await folder();
  const file = join(at, 'in.jsonl');
  return {
    options: {
      file,
      topic: 'lines',
      format: 'jsonl',
      'key.field': 'key',
      'poll.interval.ms': '50',
      'batch.size': '7',
    },
    unstartable: { file: join(at, 'missing', 'in.jsonl') },
    insert: (entries) => appendFile(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')),
    entryOf: (record) => record.value as Entry,
    close: () => rm(at, { recursive: true }),
  };
}

async function sinkPlace(): Promise<SinkPlace> {
  const at = await folder();
  const file = join(at, 'out.jsonl');
  return {
    options: { file, 'include.metadata': 'true' },
    unstartable: { file: join(at, 'missing', 'out.jsonl') },
    record: ({ key, value }, { partition, offset }) => ({
      ...{ topic: 't', partition, offset, key, value, headers: [], timestamp: null },
    }),
    poison: ({ partition, offset }) => ({
      ...{ topic: 't', partition, offset, key: null, headers: [], timestamp: null },
      value: { not: () => 'data' },
    }),
    contents: async () =>
      (await readFile(file, 'utf8').catch(() => ''))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
        .map(({ key, value }) => ({ key, value })),
    close: () => rm(at, { recursive: true }),
  };
}

acceptance({
  manifest,
  source: {
    class: 'FileSource',
    open: sourcePlace,
    abilities: { exactResume: true, deletes: true },
    oddValues: ['a\nb\r\n', '\u0000'],
    refusals: [
      { what: 'an unknown format', options: { format: 'xml' }, key: 'format' },
      { what: 'an unknown compression', options: { compression: 'rar' }, key: 'compression' },
      { what: 'a separator of two', options: { 'csv.separator': ';;' }, key: 'csv.separator' },
      {
        what: 'a move to nowhere',
        options: { 'finished.files': 'move' },
        key: 'finished.folder',
      },
      {
        what: 'a folder for finished files that is missing',
        options: { 'finished.files': 'move', 'finished.folder': '/nowhere' },
        key: 'finished.folder',
      },
      { what: 'a folder that is missing', options: { file: '/nowhere/at/all.log' }, key: 'file' },
      { what: 'a folder in place of a file', options: { file: tmpdir() }, key: 'file' },
      { what: 'a pattern in a missing folder', options: { files: '/nowhere/*.log' }, key: 'files' },
      { what: 'no file at all', options: { file: '' }, key: 'file' },
      { what: 'a batch of none', options: { 'batch.size': '0' }, key: 'batch.size' },
    ],
  },
  sink: {
    class: 'FileSink',
    open: sinkPlace,
    abilities: { keeps: 'all', idempotent: false, tombstones: 'keep' },
    oddValues: ['a\nb\r\n', '\u0000'],
    refusals: [
      { what: 'an unknown format', options: { format: 'xml' }, key: 'format' },
      { what: 'a folder that is missing', options: { file: '/nowhere/at/all.jsonl' }, key: 'file' },
      { what: 'a folder in place of a file', options: { file: tmpdir() }, key: 'file' },
      { what: 'an unknown flush', options: { flush: 'sometimes' }, key: 'flush' },
    ],
  },
});
