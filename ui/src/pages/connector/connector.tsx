import { Menu } from '@base-ui/react/menu';
import {
  deleteConnector,
  getConnector,
  getConnectorStatus,
  getPipeline,
  type PipelineWithHistory,
} from '@millrace/rest-api/contract';
import { MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { actsFor } from '../../api/acts.ts';
import { ask } from '../../api/ask.ts';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { ActButtons } from '../../components/act-buttons.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { FailurePanel } from '../../components/failure-panel.tsx';
import { useNowMs } from '../../components/moment.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { PageHead, Tabs } from '../../components/page-head.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { NoticePanel } from '../../components/wrong-item.tsx';
import { isWrong, pluginWord } from '../../format/pipelines.ts';
import { absolute, since } from '../../format/times.ts';
import { goTo, Link } from '../../router.tsx';
import type { PageProps } from '../page-props.ts';
import { ConfigTab } from './config-tab.tsx';
import type { ConnectorParts } from './connector-parts.ts';
import { DeadLettersTab } from './dead-letters-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { LogsTab } from './logs-tab.tsx';
import { OffsetsTab } from './offsets-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { PreviewTab } from './preview-tab.tsx';
import { TasksTab } from './tasks-tab.tsx';

const REFRESH_MS = 5_000;
const CRUMB = { to: { page: 'connectors' }, label: 'Connectors' } as const;

/** A connector: what is wrong, what moves, its tasks, its config, and what can be done to it. */
export default function ConnectorPage({ name, tab }: PageProps) {
  const live = useLive();
  const pipeline = live.pipelines?.get(name);
  // Read anew at once when the state changes, and now and then besides.
  const version =
    pipeline === undefined ? '' : `${pipeline.state} ${pipeline.tasks.failed} ${pipeline.tasks.total}`;
  const params = { connector: name };
  const parts: Omit<ConnectorParts, 'pipeline'> = {
    status: useLoaded(
      `status of ${name}`,
      (signal) => call(getConnectorStatus, { params, signal }),
      REFRESH_MS,
      version,
    ),
    detail: useLoaded(
      `detail of ${name}`,
      (signal) => call(getPipeline, { params, signal }),
      REFRESH_MS,
      version,
    ),
    info: useLoaded(
      `config of ${name}`,
      (signal) => call(getConnector, { params, signal }),
      REFRESH_MS,
      version,
    ),
  };
  if (pipeline === undefined) {
    const { error } = parts.info;
    // One that was just made is told of a moment later.
    if (error === null) return <PageHead crumb={CRUMB} title={name} />;
    return error.status === 404 ? <Missing name={name} /> : <Failure error={error} />;
  }
  return (
    <>
      <Head pipeline={pipeline} />
      <div className="live">
        {isWrong(pipeline) ? <FailurePanel pipeline={pipeline} status={parts.status.data} /> : null}
        {pipeline.notices.length === 0 ? null : <NoticePanel notices={pipeline.notices} />}
        <ConnectorTabs pipeline={pipeline} current={tab} />
        <TabView tab={tab} parts={{ pipeline, ...parts }} />
      </div>
    </>
  );
}

function Missing({ name }: { readonly name: string }) {
  return (
    <Notice title={`There is no connector ${name}.`}>
      <p className="quiet">
        It was deleted, or never existed. What it was configured with is kept for a while.
      </p>
      <p className="links">
        <Link to={{ page: 'connectors' }}>To the connectors</Link>
        <Link to={{ page: 'create' }} query={{ deleted: name }}>
          Make it anew from its history
        </Link>
      </p>
    </Notice>
  );
}

function ConnectorTabs(props: { readonly pipeline: PipelineWithHistory; readonly current: string }) {
  const { pipeline, current } = props;
  const { failed, total } = pipeline.tasks;
  return (
    <Tabs
      label={`Parts of ${pipeline.name}`}
      current={current}
      placeOf={(tab) => ({ page: 'connector', name: pipeline.name, tab })}
      tabs={[
        { id: '', title: 'Overview' },
        {
          id: 'tasks',
          title: 'Tasks',
          count: failed.length > 0 ? `${failed.length} failed` : total,
          wrong: failed.length > 0,
        },
        { id: 'config', title: 'Config' },
        { id: 'preview', title: 'Preview' },
        { id: 'offsets', title: 'Offsets' },
        { id: 'dead-letters', title: 'Dead letters' },
        { id: 'logs', title: 'Logs' },
        { id: 'history', title: 'History' },
      ]}
    />
  );
}

function TabView({ tab, parts }: { readonly tab: string; readonly parts: ConnectorParts }) {
  switch (tab) {
    case '':
      return <OverviewTab {...parts} />;
    case 'tasks':
      return <TasksTab {...parts} />;
    case 'config':
      return <ConfigTab {...parts} />;
    case 'preview':
      return <PreviewTab {...parts} />;
    case 'offsets':
      return <OffsetsTab {...parts} />;
    case 'dead-letters':
      return <DeadLettersTab {...parts} />;
    case 'logs':
      return <LogsTab {...parts} />;
    case 'history':
      return <HistoryTab {...parts} />;
    default:
      return <Notice title="This connector has no such part." />;
  }
}

function Head({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const nowMs = useNowMs();
  const acts = actsFor(pipeline);
  const primary = isWrong(pipeline) || pipeline.state === 'PAUSED' || pipeline.state === 'STOPPED';
  return (
    <PageHead
      crumb={CRUMB}
      title={pipeline.name}
      acts={
        <>
          <ActButtons
            pipeline={pipeline}
            acts={acts}
            commands
            {...(primary && acts[0] ? { primary: acts[0].label } : {})}
          />
          <MoreMenu pipeline={pipeline} />
        </>
      }
    >
      <span role="status">
        <StateBadge state={pipeline.state} />
      </span>
      {pipeline.sinceMs === null ? null : (
        <span title={absolute(pipeline.sinceMs)}>since {since(pipeline.sinceMs, nowMs)}</span>
      )}
      <Link to={{ page: 'plugin', name: pipeline.class }} title={pipeline.class}>
        {pluginWord(pipeline.class)} {pipeline.type}
      </Link>
    </PageHead>
  );
}

function MoreMenu({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const [deleting, setDeleting] = useState(false);
  const { name } = pipeline;
  const item = (label: string, act: () => void) => (
    <Menu.Item className="menu-item" onClick={act}>
      {label}
    </Menu.Item>
  );
  return (
    <>
      <Menu.Root>
        <Menu.Trigger className="plain icon" aria-label={`More for ${name}`} title="More">
          <MoreHorizontal size={16} aria-hidden="true" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="end" className="floating">
            <Menu.Popup className="popup menu">
              {item('Change the config', () => goTo({ page: 'create' }, { edit: name }))}
              {item('Make another like it', () => goTo({ page: 'create' }, { copy: name }))}
              <Menu.Separator className="menu-line" />
              {item('Delete…', () => setDeleting(true))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {deleting ? (
        <ConfirmDialog
          title={`Delete ${name}?`}
          act="Delete the connector"
          danger
          typed={name}
          asked={ask(deleteConnector, { params: { connector: name } })}
          onDone={() => goTo({ page: 'connectors' })}
          onClose={() => setDeleting(false)}
        >
          <p>
            Its tasks end and its config goes. Its offsets stay: a connector of the same name goes on where
            this one ended. Topics and what it has written stay too.
          </p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
