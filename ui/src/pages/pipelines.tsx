import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { useLive } from '../api/live.ts';
import { Choice, FilterField } from '../components/filter-field.tsx';
import { Notice } from '../components/notice.tsx';
import { PageHead } from '../components/page-head.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { counted, exact } from '../format/numbers.ts';
import { isWrong, matches, needsALook, sorted, stateCounts, stateWord } from '../format/pipelines.ts';
import { GraphOrTable } from '../graph/graph-or-table.tsx';
import { graphOf, joinedWith } from '../graph/pipeline-graph-model.ts';
import { Link, useInQuery } from '../router.tsx';

/** A picture of more says nothing: what is wrong and what moves most is drawn first. */
const DRAWN_MAX = 40;

/** All pipelines as one graph: from where, through which topics, to where. */
export default function PipelinesPage() {
  const { pipelines } = useLive();
  const [filter] = useInQuery('filter');
  const [state] = useInQuery('state');
  const all = pipelines === null ? null : sorted(pipelines.values());
  const found = (all ?? []).filter(
    (pipeline) =>
      matches(pipeline, filter) &&
      (state === '' || pipeline.state === state || (state === 'wrong' && needsALook(pipeline))),
  );
  const drawn = withNeighbours(found, pipelines ?? new Map());
  const states = stateCounts(all ?? []).map((one) => ({
    value: one.state,
    title: `${stateWord(one.state)} (${one.count})`,
  }));
  return (
    <>
      <PageHead title="Pipelines">
        {all === null || all.length === 0 ? null : <span>{counted(all.length, 'connector')}</span>}
        {drawn.length < found.length ? (
          <span>{`${exact(drawn.length)} of ${exact(found.length)} drawn, what is wrong and what moves most first`}</span>
        ) : null}
      </PageHead>
      {all?.length === 0 ? (
        <Notice title="No pipelines yet" picture={<PipelinePicture />}>
          <p className="quiet">A source brings records into topics, a sink carries them out.</p>
          <Link className="button primary" to={{ page: 'create' }}>
            Create a connector
          </Link>
        </Notice>
      ) : (
        <>
          <div className="tools">
            <FilterField label="Filter pipelines" placeholder="Filter: name, plugin, topic  /" />
            <Choice label="State" name="state" options={[{ value: 'wrong', title: 'wrong' }, ...states]} />
          </div>
          {drawn.length === 0 && all !== null ? <p className="quiet">No pipeline matches.</p> : null}
          {drawn.length === 0 ? null : (
            <div className="live">
              <GraphOrTable graph={graphOf(drawn)} maxHeight={2400} />
            </div>
          )}
        </>
      )}
    </>
  );
}

/** What was found with all that shares topics with it, as far as it can be drawn. */
function withNeighbours(
  found: readonly PipelineWithHistory[],
  all: ReadonlyMap<string, PipelineWithHistory>,
): readonly PipelineWithHistory[] {
  const order = found.toSorted(
    (a, b) =>
      Number(isWrong(b)) - Number(isWrong(a)) || (b.recordsPerSecond ?? 0) - (a.recordsPerSecond ?? 0),
  );
  const drawn = new Map<string, PipelineWithHistory>();
  for (const pipeline of order) {
    if (drawn.size >= DRAWN_MAX) break;
    if (drawn.has(pipeline.name)) continue;
    for (const one of joinedWith(pipeline.name, all).slice(0, DRAWN_MAX - drawn.size))
      drawn.set(one.name, one);
  }
  return [...drawn.values()];
}
