import { lazy, Suspense } from 'react';
import { useInQuery } from '../router.tsx';
import { EdgeTable } from './edge-table.tsx';
import type { Graph } from './pipeline-graph-model.ts';

const PipelineGraph = lazy(() => import('./pipeline-graph.tsx'));

interface GraphOrTableProps {
  readonly graph: Graph;
  readonly current?: string;
  readonly maxHeight?: number;
}

/** The graph, or the table that says the same; which one is part of the address. */
export function GraphOrTable({ graph, ...rest }: GraphOrTableProps) {
  const [as, setAs] = useInQuery('as', 'graph');
  return (
    <div className="graph-or-table">
      <fieldset className="segments">
        <legend className="unseen">Show as</legend>
        {['graph', 'table'].map((form) => (
          <button key={form} type="button" aria-pressed={as === form} onClick={() => setAs(form)}>
            {form === 'graph' ? 'Graph' : 'Table'}
          </button>
        ))}
      </fieldset>
      {as === 'table' ? (
        <EdgeTable graph={graph} />
      ) : (
        <Suspense fallback={<div className="graph" />}>
          <PipelineGraph graph={graph} {...rest} />
        </Suspense>
      )}
    </div>
  );
}
