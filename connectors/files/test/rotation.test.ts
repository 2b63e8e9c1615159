import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptance, type Entry, type SinkPlace } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';

/** Lines of all files, complete or not; what was written between two looks comes in the order of the files' names. */
async function rolledPlace(): Promise<SinkPlace> {
  const at = await mkdtemp(join(tmpdir(), 'millrace-files-'));
  const all: Entry[] = [];
  const seen = new Map<string, number>();
  return {
    options: {
      ...{ file: join(at, `\${topic}-\${partition}-\${offset}.jsonl`), 'include.metadata': 'true' },
      'rotate.records': '15',
    },
    unstartable: { file: join(at, 'missing', `\${topic}-\${partition}-\${offset}.jsonl`) },
    record: ({ key, value }, { partition, offset }) => ({
      ...{ topic: 't', partition, offset, key, value, headers: [], timestamp: null },
    }),
    poison: ({ partition, offset }) => ({
      ...{ topic: 't', partition, offset, key: null, headers: [], timestamp: null },
      value: { not: () => 'data' },
    }),
    contents: async () => {
      const now = new Map<string, number>();
      const files = (await readdir(at, { recursive: true })).filter((name) => /\.(?:jsonl|part)$/.test(name));
      for (const name of files.toSorted(
        (one, other) => Number(isPart(one)) - Number(isPart(other)) || (one < other ? -1 : 1),
      ))
        for (const line of (await readFile(join(at, name), 'utf8')).split('\n').slice(0, -1)) {
          const count = (now.get(line) ?? 0) + 1;
          now.set(line, count);
          const { key, value } = JSON.parse(line);
          if (count > (seen.get(line) ?? 0)) all.push({ key, value });
        }
      for (const [line, count] of now) seen.set(line, Math.max(count, seen.get(line) ?? 0));
      return [...all];
    },
    close: () => rm(at, { recursive: true }),
  };
}

const isPart = (name: string): boolean => name.endsWith('.part');

acceptance({
  manifest,
  sink: {
    class: 'FileSink',
    open: rolledPlace,
    exactlyOnce: {},
    abilities: { keeps: 'all', idempotent: true, tombstones: 'keep' },
    oddValues: ['a\nb\r\n', '\u0000'],
    refusals: [
      { what: 'a path that is the same for all', options: { file: '/tmp/x' }, key: 'file' },
      { what: 'a name that stands for nothing', options: { file: `/tmp/\${nothing}` }, key: 'file' },
      { what: 'an unknown compression', options: { compression: 'rar' }, key: 'compression' },
      {
        what: 'a state folder that is missing',
        options: { 'state.folder': '/nowhere' },
        key: 'state.folder',
      },
    ],
  },
});
