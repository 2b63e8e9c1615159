import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { expect, test } from 'vitest';
import { graphOf, joinedWith } from './pipeline-graph-model.ts';

const pipeline = (name: string, type: 'source' | 'sink', topics: readonly string[]) =>
  ({
    name,
    type,
    topics,
    state: 'RUNNING',
    recordsPerSecond: 5,
    bytesPerSecond: 50,
  }) as unknown as PipelineWithHistory;

const shop = pipeline('shop', 'source', ['orders', 'customers']);
const copy = pipeline('copy', 'sink', ['orders']);
const files = pipeline('files', 'sink', ['customers']);
const other = pipeline('other', 'sink', ['elsewhere']);

test('records go from sources to topics to sinks; a rate stands where it is one topic alone', () => {
  const { nodes, edges } = graphOf([shop, copy]);
  expect(nodes.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
    'sink copy',
    'source shop',
    'topic customers',
    'topic orders',
  ]);
  expect(edges.map(({ id, recordsPerSecond }) => `${id}: ${recordsPerSecond}`)).toEqual([
    'connector shop > topic orders: null',
    'connector shop > topic customers: null',
    'topic orders > connector copy: 5',
  ]);
});

test('no two nodes lie in one place, and what is joined by one edge lies side by side', () => {
  const { nodes } = graphOf([shop, files, copy, other]);
  const places = nodes.map(({ x, y }) => `${x} ${y}`);
  expect(new Set(places).size).toBe(nodes.length);
  const row = (name: string) => nodes.find((node) => node.name === name)?.y;
  expect(row('files')).toBe(row('customers'));
  expect(row('copy')).toBe(row('orders'));
});

test('connectors are joined by topics, over any number of steps', () => {
  const all = new Map([shop, copy, files, other].map((one) => [one.name, one]));
  expect(joinedWith('copy', all).map(({ name }) => name)).toEqual(['shop', 'copy', 'files']);
  expect(joinedWith('other', all).map(({ name }) => name)).toEqual(['other']);
});
