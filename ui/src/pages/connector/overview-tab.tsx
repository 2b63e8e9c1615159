import {
  type GuaranteesBody,
  getGuarantees,
  type PipelineDetail,
  WAITING_STAGES,
} from '@millrace/rest-api/contract';
import { Fragment, useMemo } from 'react';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { HistoryCharts } from '../../components/history-charts.tsx';
import { LagTrend } from '../../components/lag-trend.tsx';
import { Ago } from '../../components/moment.tsx';
import { SaturationBar } from '../../components/saturation-bar.tsx';
import { bytes, compact, counted, exact, rate } from '../../format/numbers.ts';
import { ownFigures } from '../../format/own-figures.ts';
import { span } from '../../format/times.ts';
import { GraphOrTable } from '../../graph/graph-or-table.tsx';
import { connectorId, graphOf, joinedWith } from '../../graph/pipeline-graph-model.ts';
import { Link } from '../../router.tsx';
import type { ConnectorParts } from './connector-parts.ts';

/** More would be too small to read and to hit; they are on the page of all pipelines. */
const DRAWN_MAX = 6;

export function OverviewTab({ pipeline, detail }: ConnectorParts) {
  const { pipelines } = useLive();
  const joined = useMemo(() => joinedWith(pipeline.name, pipelines ?? new Map()), [pipeline.name, pipelines]);
  const drawn = [pipeline, ...joined.filter(({ name }) => name !== pipeline.name)].slice(0, DRAWN_MAX);
  const lag = pipeline.type === 'sink' ? [{ metric: 'connector.lag', label: 'now' } as const] : [];
  return (
    <>
      <GraphOrTable graph={graphOf(drawn)} current={connectorId(pipeline)} maxHeight={640} />
      {joined.length <= DRAWN_MAX ? null : (
        <p className="below">
          <Link to={{ page: 'pipelines' }} query={{ filter: pipeline.topics[0] ?? '' }}>
            All {exact(joined.length)} that share its topics
          </Link>
        </p>
      )}
      <HistoryCharts
        name={pipeline.name}
        charts={[
          { title: 'Records/s', metrics: [{ metric: 'connector.records', label: 'now' }] },
          {
            title: 'Time behind',
            metrics: [{ metric: 'connector.lag.ms', label: 'now', colour: '--chart-2' }],
          },
          ...(lag.length === 0 ? [] : [{ title: 'Records behind', metrics: lag }]),
        ]}
      />
      <div className="columns">
        <Facts pipeline={pipeline} detail={detail} />
        <Guarantee name={pipeline.name} />
      </div>
    </>
  );
}

function Facts({ pipeline, detail }: Pick<ConnectorParts, 'pipeline' | 'detail'>) {
  const stages = busiest(detail.data);
  const worst = lagOf(pipeline);
  return (
    <section>
      <h2>What moves</h2>
      <dl className="facts-list">
        <dt>Now</dt>
        <dd>
          {rate(pipeline.recordsPerSecond)}
          {pipeline.bytesPerSecond === null ? '' : `, ${bytes(pipeline.bytesPerSecond)}/s`}
        </dd>
        <dt>Since the tasks started</dt>
        <dd title={`${exact(pipeline.records)} records, ${exact(pipeline.bytes)} bytes`}>
          {compact(pipeline.records)} records, {bytes(pipeline.bytes)}
          {pipeline.errors > 0 ? (
            <>
              {', '}
              <Link to={{ page: 'connector', name: pipeline.name, tab: 'dead-letters' }}>
                {counted(pipeline.errors, 'error')}
              </Link>
            </>
          ) : null}
        </dd>
        <dt>Last record</dt>
        <dd>{pipeline.lastRecordAtMs === null ? 'none yet' : <Ago atMs={pipeline.lastRecordAtMs} />}</dd>
        {worst === null ? null : (
          <>
            <dt>Behind</dt>
            <dd>
              {worst}{' '}
              {(pipeline.lag ?? 0) > 0 ? <LagTrend metric="connector.lag" name={pipeline.name} /> : null}
            </dd>
          </>
        )}
        <dt>{pipeline.type === 'sink' ? 'Reads from' : 'Writes to'}</dt>
        <dd className="links">
          {pipeline.topics.length === 0 ? <span className="faint">no topic yet</span> : null}
          {pipeline.topics.map((topic) => (
            <Link key={topic} to={{ page: 'topic', name: topic }}>
              {topic}
            </Link>
          ))}
        </dd>
        {stages.map(({ stage, saturation }) => (
          <Stage key={stage} stage={stage} saturation={saturation} />
        ))}
        {ownFigures(detail.data?.taskStates ?? []).map(({ name, title, text, exact: all }) => (
          <Fragment key={name}>
            <dt title={name}>{title}</dt>
            <dd title={all}>{text}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

function Stage({ stage, saturation }: { readonly stage: string; readonly saturation: number }) {
  return (
    <>
      <dt>
        {WAITING_STAGES.has(stage) ? 'Waits in' : 'Busy in'} {stage}
      </dt>
      <dd>
        <SaturationBar share={saturation} what={stage} />
      </dd>
    </>
  );
}

/** Of each stage its busiest task. */
function busiest(detail: PipelineDetail | null): readonly { stage: string; saturation: number }[] {
  const shares = new Map<string, number>();
  for (const { figures } of detail?.taskStates ?? []) {
    for (const { stage, saturation } of figures?.stages ?? []) {
      if (saturation !== null) shares.set(stage, Math.max(shares.get(stage) ?? 0, saturation));
    }
  }
  return [...shares].map(([stage, saturation]) => ({ stage, saturation }));
}

function lagOf({ lag, lagMs }: ConnectorParts['pipeline']): string | null {
  if (lag === null && lagMs === null) return null;
  if (lag === 0) return 'nothing: all that is there was read';
  const parts = [
    lagMs === null ? null : span(lagMs),
    lag === null ? null : `${counted(lag, 'record')} in the worst partition`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function Guarantee({ name }: { readonly name: string }) {
  const { data, error } = useLoaded(
    `guarantees of ${name}`,
    (signal) => call(getGuarantees, { params: { connector: name }, signal }),
    30_000,
  );
  return (
    <section>
      <h2>Guarantee{data === null ? '' : `: ${data.delivery}`}</h2>
      {data === null ? (
        <p className="quiet">{error?.message ?? 'Loading…'}</p>
      ) : (
        <GuaranteeText data={data} />
      )}
    </section>
  );
}

function GuaranteeText({ data }: { readonly data: GuaranteesBody }) {
  return (
    <>
      <p className="prose">{data.sentence}</p>
      <details className="fold">
        <summary>Why, and when records come twice or not at all</summary>
        <ul className="reasons">
          {data.reasons.map(({ code, holds, sentence }) => (
            <li key={code}>
              <span
                className="reason-mark"
                role="img"
                aria-label={holds === null ? 'unknown' : holds ? 'holds' : 'does not hold'}
              >
                {holds === null ? '?' : holds ? '✓' : '✗'}
              </span>
              {sentence}
            </li>
          ))}
          <li>
            <span className="reason-mark" aria-hidden="true">
              ↓
            </span>
            {data.order}
          </li>
          {data.duplicates.map((sentence) => (
            <li key={sentence}>
              <span className="reason-mark">2×</span>
              {sentence}
            </li>
          ))}
          {data.losses.map((sentence) => (
            <li key={sentence}>
              <span className="reason-mark">0×</span>
              {sentence}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
