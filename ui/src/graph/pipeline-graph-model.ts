import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import type { PipelineState } from '../format/pipelines.ts';

export interface GraphNode {
  readonly id: string;
  readonly kind: 'source' | 'topic' | 'sink';
  readonly name: string;
  /** Of connectors. */
  readonly pipeline: PipelineWithHistory | null;
  /** Pixels; the layout is fixed by the model. */
  readonly x: number;
  readonly y: number;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly state: PipelineState;
  /** Null where nobody knows how a connector's records are divided among its topics. */
  readonly recordsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export const NODE_WIDTH = 216;
export const NODE_HEIGHT = 58;
const COLUMN_WIDTH = 340;
const ROW_HEIGHT = 78;
/** Passes over the columns that bring what is joined side by side. */
const PASSES = 4;

/** Sources, topics and sinks of some connectors, laid out in three columns with what is joined side by side. */
export function graphOf(pipelines: readonly PipelineWithHistory[]): Graph {
  const edges = pipelines.flatMap(edgesOf);
  const topics = [...new Set(pipelines.flatMap((pipeline) => pipeline.topics))];
  const columns = [
    pipelines.filter(({ type }) => type !== 'sink').map((one) => connectorId(one)),
    topics.map(topicId),
    pipelines.filter(({ type }) => type === 'sink').map((one) => connectorId(one)),
  ];
  const rows = placed(columns, edges);
  const byId = new Map(pipelines.map((pipeline) => [connectorId(pipeline), pipeline]));
  const nodes = columns.flatMap((ids, column) =>
    ids.map((id): GraphNode => {
      const pipeline = byId.get(id) ?? null;
      return {
        id,
        kind: column === 0 ? 'source' : column === 1 ? 'topic' : 'sink',
        name: pipeline?.name ?? id.slice('topic '.length),
        pipeline,
        x: column * COLUMN_WIDTH,
        y: (rows.get(id) ?? 0) * ROW_HEIGHT,
      };
    }),
  );
  return { nodes, edges };
}

/** The connectors that share topics with one of them, over any number of steps; itself included. */
export function joinedWith(
  name: string,
  pipelines: ReadonlyMap<string, PipelineWithHistory>,
): readonly PipelineWithHistory[] {
  const found = new Set([name]);
  const topics = new Set(pipelines.get(name)?.topics);
  for (let grown = true; grown; ) {
    grown = false;
    for (const pipeline of pipelines.values()) {
      if (found.has(pipeline.name) || !pipeline.topics.some((topic) => topics.has(topic))) continue;
      found.add(pipeline.name);
      for (const topic of pipeline.topics) topics.add(topic);
      grown = true;
    }
  }
  return [...pipelines.values()].filter((pipeline) => found.has(pipeline.name));
}

export const connectorId = ({ name }: { readonly name: string }) => `connector ${name}`;
const topicId = (topic: string) => `topic ${topic}`;

function edgesOf(pipeline: PipelineWithHistory): readonly GraphEdge[] {
  const alone = pipeline.topics.length === 1;
  return pipeline.topics.map((topic) => {
    const ends = [connectorId(pipeline), topicId(topic)] as const;
    const [from, to] = pipeline.type === 'sink' ? [ends[1], ends[0]] : ends;
    return {
      id: `${from} > ${to}`,
      from,
      to,
      state: pipeline.state,
      recordsPerSecond: alone ? pipeline.recordsPerSecond : null,
      bytesPerSecond: alone ? pipeline.bytesPerSecond : null,
    };
  });
}

/** A row for each node: near the middle of what it is joined with, no two in one place. */
function placed(columns: readonly string[][], edges: readonly GraphEdge[]): ReadonlyMap<string, number> {
  const joined = new Map<string, string[]>();
  for (const { from, to } of edges) {
    joined.set(from, [...(joined.get(from) ?? []), to]);
    joined.set(to, [...(joined.get(to) ?? []), from]);
  }
  const rows = new Map<string, number>();
  for (const ids of columns) for (const [index, id] of ids.entries()) rows.set(id, index);
  const middle = (id: string) => {
    const known = (joined.get(id) ?? []).flatMap((other) => rows.get(other) ?? []);
    if (known.length === 0) return rows.get(id) ?? 0;
    return known.reduce((sum, row) => sum + row, 0) / known.length;
  };
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const ids of pass % 2 === 0 ? columns : columns.toReversed()) {
      const wanted = new Map(ids.map((id) => [id, middle(id)]));
      ids.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      for (const [index, id] of ids.entries()) rows.set(id, index);
    }
  }
  // The longest column stands row by row; the others come to it, from the nearest on.
  const longest = columns.reduce(
    (best, ids, index) => (ids.length > (columns[best]?.length ?? 0) ? index : best),
    0,
  );
  const others = [0, 1, 2].filter((index) => index !== longest);
  others.sort((a, b) => Math.abs(a - longest) - Math.abs(b - longest));
  for (const column of others) {
    const ids = columns[column] ?? [];
    for (const id of ids) rows.set(id, middle(id));
    let free = Number.NEGATIVE_INFINITY;
    for (const id of ids) {
      const row = Math.max(rows.get(id) ?? 0, free);
      rows.set(id, row);
      free = row + 1;
    }
  }
  return rows;
}
