import { getConfigHistory, getConnector } from '@millrace/rest-api/contract';
import { useEffect, useState } from 'react';
import { call, type Explained, explain } from '../../api/client.ts';
import { Failure } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Link, type Place, useInQuery } from '../../router.tsx';
import type { Config } from './form-model.ts';
import { Gallery } from './gallery.tsx';
import { Wizard } from './wizard.tsx';

/** What the form begins with. */
interface Beginning {
  readonly config: Config;
  /** Of the connector that is changed; null where a new one is made. */
  readonly editing: string | null;
}

/** Making a connector, or changing one: what, how, shape, review. */
export default function CreatePage() {
  const [pluginClass] = useInQuery('class');
  const [edit] = useInQuery('edit');
  const [copy] = useInQuery('copy');
  const [deleted] = useInQuery('deleted');
  const key = JSON.stringify([pluginClass, edit, copy, deleted]);
  const [state, setState] = useState<{ key: string; beginning: Beginning | null; error: Explained | null }>({
    key: '',
    beginning: null,
    error: null,
  });
  useEffect(() => {
    let stale = false;
    const abort = new AbortController();
    beginningOf({ pluginClass, edit, copy, deleted }, abort.signal).then(
      (beginning) => stale || setState({ key, beginning, error: null }),
      (error: unknown) => stale || setState({ key, beginning: null, error: explain(error) }),
    );
    return () => {
      stale = true;
      abort.abort();
    };
  }, [key, pluginClass, edit, copy, deleted]);
  const crumb: { to: Place; label: string } =
    edit === ''
      ? { to: { page: 'connectors' }, label: 'Connectors' }
      : { to: { page: 'connector', name: edit }, label: edit };
  const title = edit === '' ? 'New connector' : 'Change the config';
  if (state.key !== key) return <PageHead crumb={crumb} title={title} />;
  if (state.error !== null) {
    return (
      <Failure error={state.error}>
        <Link to={{ page: 'connectors' }}>To the connectors</Link>
      </Failure>
    );
  }
  if (state.beginning === null) return <Gallery />;
  return <Wizard key={key} draftKey={key} crumb={crumb} title={title} {...state.beginning} />;
}

async function beginningOf(
  asked: { pluginClass: string; edit: string; copy: string; deleted: string },
  signal: AbortSignal,
): Promise<Beginning | null> {
  if (asked.edit !== '') {
    const { config } = await call(getConnector, { params: { connector: asked.edit }, signal });
    return { config, editing: asked.edit };
  }
  if (asked.copy !== '') {
    const { config } = await call(getConnector, { params: { connector: asked.copy }, signal });
    return { config: { ...config, name: `${asked.copy}-2` }, editing: null };
  }
  if (asked.deleted !== '') {
    const { versions } = await call(getConfigHistory, { params: { connector: asked.deleted }, signal });
    const last = versions.find(({ config }) => Object.keys(config).length > 0);
    return { config: { ...last?.config, name: asked.deleted }, editing: null };
  }
  return asked.pluginClass === ''
    ? null
    : { config: { 'connector.class': asked.pluginClass }, editing: null };
}
