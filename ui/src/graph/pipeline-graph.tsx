import {
  BaseEdge,
  type Edge,
  type EdgeProps,
  getBezierPath,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
} from '@xyflow/react';
import { useMemo } from 'react';
import '@xyflow/react/dist/base.css';
import { StateIcon } from '../components/icons.tsx';
import { rate } from '../format/numbers.ts';
import { isWrong, pluginWord, stateWord } from '../format/pipelines.ts';
import { Link, type Place } from '../router.tsx';
import {
  type Graph,
  type GraphEdge,
  type GraphNode,
  NODE_HEIGHT,
  NODE_WIDTH,
} from './pipeline-graph-model.ts';

interface PipelineGraphProps {
  readonly graph: Graph;
  /** Of the node that the page is about. */
  readonly current?: string;
  readonly maxHeight?: number;
}

type FlowNode = Node<{ readonly node: GraphNode; readonly current: boolean }, 'card'>;

/** Where an edge begins and ends, in the places of the layout. */
type FlowEdge = Edge<Pick<EdgeProps, 'sourceX' | 'sourceY' | 'targetX' | 'targetY'>, 'line'>;

const NODE_TYPES = { card: Card };
const EDGE_TYPES = { line: Line };
const MARGIN = 48;

/** Sources, topics and sinks with what moves between them; a table beside it says the same. */
export default function PipelineGraph({ graph, current = '', maxHeight = 420 }: PipelineGraphProps) {
  const nodes = useMemo(
    () =>
      graph.nodes.map(
        (node): FlowNode => ({
          id: node.id,
          type: 'card',
          position: { x: node.x, y: node.y },
          width: NODE_WIDTH,
          height: NODE_HEIGHT,
          // All sizes are known: nothing is measured, and edges keep their ends when rates change.
          measured: { width: NODE_WIDTH, height: NODE_HEIGHT },
          handles: handlesOf(node),
          data: { node, current: node.id === current },
          focusable: false,
          draggable: false,
          selectable: false,
        }),
      ),
    [graph, current],
  );
  const edges = useMemo(() => {
    const places = new Map(graph.nodes.map((node) => [node.id, node]));
    return graph.edges.flatMap((edge) => {
      const [from, to] = [places.get(edge.from), places.get(edge.to)];
      return from === undefined || to === undefined ? [] : flowEdge(edge, from, to);
    });
  }, [graph]);
  const bottom = Math.max(...graph.nodes.map(({ y }) => y), 0) + NODE_HEIGHT;
  return (
    <div className="graph" style={{ height: Math.min(bottom + MARGIN, maxHeight) }}>
      <ReactFlowProvider>
        <ReactFlow
          // A change of what there is fits the view anew; rates do not.
          key={`${graph.nodes.length} ${graph.edges.length}`}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: '20px' }}
          minZoom={0.2}
          maxZoom={1.5}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          preventScrolling={false}
          zoomOnScroll={false}
          panOnScroll={false}
          zoomOnDoubleClick={false}
          proOptions={{ hideAttribution: true }}
          aria-label="Pipelines as a graph"
        />
      </ReactFlowProvider>
    </div>
  );
}

/** Where edges end: at the middle of the sides that a node has edges on. */
function handlesOf({ kind }: GraphNode): NonNullable<FlowNode['handles']> {
  const at = { y: NODE_HEIGHT / 2, width: 1, height: 1 };
  const left = { ...at, type: 'target', position: Position.Left, x: 0 } as const;
  const right = { ...at, type: 'source', position: Position.Right, x: NODE_WIDTH } as const;
  return [...(kind === 'source' ? [] : [left]), ...(kind === 'sink' ? [] : [right])];
}

function flowEdge(edge: GraphEdge, from: GraphNode, to: GraphNode): FlowEdge {
  const stands = edge.state === 'FAILED';
  const wrong = stands || edge.state === 'DEGRADED' || edge.state === 'RESTARTING';
  const colour = stands ? 'var(--failed)' : wrong ? 'var(--degraded)' : 'var(--edge)';
  const still = edge.state === 'PAUSED' || edge.state === 'STOPPED';
  return {
    id: edge.id,
    type: 'line',
    source: edge.from,
    target: edge.to,
    data: {
      ...{ sourceX: from.x + NODE_WIDTH, sourceY: from.y + NODE_HEIGHT / 2 },
      ...{ targetX: to.x, targetY: to.y + NODE_HEIGHT / 2 },
    },
    label: stands
      ? 'stands still'
      : still
        ? stateWord(edge.state)
        : edge.recordsPerSecond === null
          ? ''
          : rate(edge.recordsPerSecond),
    style: {
      stroke: colour,
      strokeWidth: widthOf(edge.bytesPerSecond),
      ...(still || stands ? { strokeDasharray: '4 4' } : {}),
    },
    markerEnd: {
      type: MarkerType.ArrowClosed,
      color: colour,
      width: 14,
      height: 14,
      markerUnits: 'userSpaceOnUse',
    },
    focusable: false,
    selectable: false,
  };
}

/** By the layout alone: what the library measures of a node may be of a moment in which it was not styled yet, and nothing mends that while nothing changes. */
function Line({ data, label, style, markerEnd }: EdgeProps<FlowEdge>) {
  if (data === undefined) return null;
  const sides = { sourcePosition: Position.Right, targetPosition: Position.Left };
  const [path, labelX, labelY] = getBezierPath({ ...data, ...sides });
  const more = {
    ...(style === undefined ? {} : { style }),
    ...(markerEnd === undefined ? {} : { markerEnd }),
  };
  return (
    <BaseEdge
      path={path}
      label={label}
      labelX={labelX}
      labelY={labelY}
      labelShowBg
      labelBgPadding={[5, 2]}
      labelBgBorderRadius={3}
      {...more}
    />
  );
}

/** 1.5 px for nothing, a pixel more for each tenfold above 1 kB/s. */
function widthOf(bytesPerSecond: number | null): number {
  return 1.5 + Math.min(4, Math.max(0, Math.log10((bytesPerSecond ?? 0) / 1000 + 1)));
}

function Card({ data: { node, current } }: NodeProps<FlowNode>) {
  const { pipeline } = node;
  const wrong = pipeline !== null && isWrong(pipeline);
  const place: Place = { page: pipeline === null ? 'topic' : 'connector', name: node.name };
  const className = [
    'node',
    node.kind,
    current ? 'current' : '',
    wrong ? (pipeline.state === 'FAILED' ? 'failed' : 'degraded') : '',
  ];
  return (
    <div className={className.join(' ').trim()}>
      {node.kind === 'source' ? null : (
        <Handle type="target" position={Position.Left} isConnectable={false} />
      )}
      <Link className="node-name nopan" to={place} title={node.name}>
        {node.name}
      </Link>
      <span className="node-facts">
        {pipeline === null ? (
          'topic'
        ) : (
          <>
            <span className={`state ${stateWord(pipeline.state)}`}>
              <StateIcon state={pipeline.state} size={12} />
              {stateWord(pipeline.state)}
            </span>
            <span>{pluginWord(pipeline.class)}</span>
            <span className="node-rate">{rate(pipeline.recordsPerSecond)}</span>
          </>
        )}
      </span>
      {node.kind === 'sink' ? null : <Handle type="source" position={Position.Right} isConnectable={false} />}
    </div>
  );
}
