import { lazy, Suspense, useState } from 'react';
import { pageCode } from '../page-code.ts';
import { useInQuery } from '../router.tsx';
import { EdgeTable } from './edge-table.tsx';
import type { Graph } from './pipeline-graph-model.ts';

const PipelineGraph = lazy(() => pageCode(() => import('./pipeline-graph.tsx')));

interface GraphOrTableProps {
  readonly graph: Graph;
  readonly current?: string;
  readonly maxHeight?: number;
}

/** There a graph would be too small to be read, and the table that says the same comes first. */
const NARROW = '(max-width: 700px)';

/** The graph, or the table that says the same; which one is part of the address. */
export function GraphOrTable({ graph, ...rest }: GraphOrTableProps) {
  const [narrow] = useState(() => matchMedia(NARROW).matches);
  const [as, setAs] = useInQuery('as', narrow ? 'table' : 'graph');
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
