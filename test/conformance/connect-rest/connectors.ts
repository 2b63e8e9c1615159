import { scenario, sinkConfig, sourceConfig } from './scenario.ts';
import type { Side } from './side.ts';

const create = (side: Side, name: string, config: unknown, more: object = {}) =>
  side.ask('POST', '/connectors', { body: { name: side.named(name), config, ...more } });

const remove = (side: Side, name: string) => side.ask('DELETE', side.path(name));

/** Bodies that are refused, whoever reads them. */
const BAD_BODIES: readonly unknown[] = ['', '{', '[]', '7', '"x"', 'null', '{}'];

export const connectorScenarios = [
  scenario('a connector from its creation to its end', async (side) => {
    await create(side, 'life', sourceConfig(side, { 'tasks.max': 1 }));
    await side.untilTask('life', 'RUNNING');
    await create(side, 'life', sourceConfig(side));
    for (const part of [
      '',
      '/',
      '/status',
      '/status/',
      '/config',
      '/tasks',
      '/tasks/0/status',
      '/tasks/1/status',
    ])
      await side.ask('GET', side.path('life', part));
    const own = (all: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('SIDE')));
    const names = (all: readonly string[]) => all.filter((name) => name.startsWith('SIDE'));
    await side.ask('GET', '/connectors', { view: names });
    await side.ask('GET', '/connectors/', { view: names });
    await side.ask('GET', '/connectors?other=1', { view: names });
    for (const query of [
      'expand=info',
      'expand=status',
      'expand=status&expand=info&expand=x',
      'expand=x',
      'expand=',
    ])
      await side.ask('GET', `/connectors?${query}`, { view: own });
    await remove(side, 'life');
    await side.untilGone('life');
    for (const part of ['', '/status', '/config', '/tasks', '/tasks/0/status', '/offsets'])
      await side.ask('GET', side.path('life', part));
    await remove(side, 'life');
  }),
  scenario('creating what cannot be', async (side) => {
    for (const body of BAD_BODIES) await side.ask('POST', '/connectors', { body });
    const name = side.named('bad');
    const wrong = async (body: unknown) => void (await side.ask('POST', '/connectors', { body }));
    await wrong({ name });
    await wrong({ name, config: {} });
    await wrong({ name, config: null });
    await wrong({ name, config: 'text' });
    await wrong({ name, config: { 'connector.class': '' } });
    await wrong({ name, config: { 'connector.class': 'Nobody' } });
    await wrong({ name, config: { 'connector.class': 'org.apache.kafka.connect.transforms.Filter' } });
    await wrong({ name: '', config: sourceConfig(side) });
    await wrong({ name: null, config: sourceConfig(side) });
    await wrong({ config: sourceConfig(side) });
    await wrong({ config: sourceConfig(side, { name }) });
    await wrong({ name, config: sourceConfig(side, { name: 'other' }) });
    await wrong({ name: `${name}\n`.replace('\n', 'a\nb'), config: sourceConfig(side) });
    await wrong({ name, config: sourceConfig(side, { topic: {} }) });
    await wrong({ name, config: sourceConfig(side), other: 1 });
    await wrong({ name, config: sourceConfig(side), initial_state: 'GONE' });
    await wrong({ name, config: sourceConfig(side), initial_state: 1 });
    await wrong({ name: 7.5, config: { 'connector.class': 'Nobody' } });
    await side.ask('GET', side.path('bad'));
  }),
  scenario('configs with errors', async (side) => {
    const wrong = (config: unknown) => create(side, 'bad', config);
    await wrong({ 'connector.class': 'FileStreamSource' });
    await wrong(sourceConfig(side, { 'tasks.max': '0' }));
    await wrong(sourceConfig(side, { 'tasks.max': 'many' }));
    await wrong(sourceConfig(side, { 'tasks.max': null }));
    await wrong(sourceConfig(side, { 'batch.size': '1.5' }));
    await wrong(sourceConfig(side, { 'key.converter': 'Nobody' }));
    await wrong(sourceConfig(side, { transforms: 'a' }));
    await wrong(sourceConfig(side, { transforms: 'a', 'transforms.a.type': 'Nobody' }));
    await wrong(sourceConfig(side, { transforms: 'a,a' }));
    await wrong(sourceConfig(side, { predicates: 'p' }));
    await wrong(sourceConfig(side, { 'errors.tolerance': 'some' }));
    await wrong({ 'connector.class': 'FileStreamSink' });
    await wrong(sinkConfig(side, { 'topics.regex': 'x' }));
    await wrong(sinkConfig(side, { topics: '', 'topics.regex': '[' }));
    await side.ask('GET', side.path('bad'));
  }),
  scenario('topics that are to be made', async (side) => {
    const made = (name: string, more: Readonly<Record<string, string>>) =>
      create(side, name, sourceConfig(side, { 'topic.creation.default.replication.factor': '1', ...more }));
    await made('no partitions', {});
    await side.tidy('DELETE', side.path('no partitions'));
    await made('bad group', { 'topic.creation.default.partitions': '1', 'topic.creation.groups': 'g' });
    await side.tidy('DELETE', side.path('bad group'));
    await made('whole', {
      'topic.creation.default.partitions': '2',
      'topic.creation.groups': 'g',
      'topic.creation.g.include': 'x.*',
      'topic.creation.g.cleanup.policy': 'compact',
    });
    await side.untilTask('whole', 'RUNNING');
    await remove(side, 'whole');
  }),
  scenario('names', async (side) => {
    await create(side, 'with space', sourceConfig(side));
    await side.untilTask('with space', 'RUNNING');
    await side.ask('GET', side.path('with space'));
    await remove(side, 'with space');
    await side.ask('POST', '/connectors', {
      body: { name: `  ${side.named('trimmed')} `, config: sourceConfig(side) },
    });
    await side.untilTask('trimmed', 'RUNNING');
    await remove(side, 'trimmed');
    await create(side, 'ünï', sourceConfig(side));
    await side.untilTask('ünï', 'RUNNING');
    await remove(side, 'ünï');
    for (const name of ['a+b & c', 'quo"te', '~tilde', 'x'.repeat(200)]) {
      await create(side, name, sourceConfig(side));
      await side.untilTask(name, 'RUNNING');
      await side.ask('GET', side.path(name));
      await remove(side, name);
    }
    for (const path of [
      '/connectors/%20',
      '/connectors/a%2Fb',
      '/connectors//status',
      '/connectors/%zz',
      '/connectors/100%25',
      '/connectors/a%5Cb',
    ])
      await side.ask('GET', path);
  }),
  scenario('initial states', async (side) => {
    for (const state of ['stopped', 'PAUSED']) {
      const name = `initial ${state}`;
      await create(side, name, sourceConfig(side), { initial_state: state });
      await side.untilState(name, state.toUpperCase());
      await side.ask('GET', side.path(name, '/status'), {
        view: ({ connector }: { connector: unknown }) => connector,
      });
      await remove(side, name);
    }
    await create(side, 'initial null', sourceConfig(side), { initial_state: null });
    await side.untilTask('initial null', 'RUNNING');
    await remove(side, 'initial null');
  }),
  scenario('a config is put and patched', async (side) => {
    const path = side.path('put', '/config');
    await side.ask('PUT', path, { body: sourceConfig(side) });
    await side.untilTask('put', 'RUNNING');
    await side.ask('PUT', path, { body: sourceConfig(side, { 'batch.size': 5, x: true }) });
    await side.ask('PATCH', path, { body: { x: null, y: 'z', 'batch.size': '7' } });
    await side.ask('PATCH', path, { body: {} });
    await side.ask('GET', path);
    await side.ask('PATCH', path, { body: { topic: null } });
    await side.ask('PATCH', path, { body: { 'connector.class': null } });
    await side.ask('PATCH', path, { body: { 'batch.size': 'x' } });
    await side.ask('PATCH', path, { body: { name: null } });
    await side.ask('PATCH', path, { body: { name: 'other' } });
    await side.ask('PATCH', path, { body: { x: {} } });
    await side.ask('PUT', path, { body: sourceConfig(side, { name: 'other' }) });
    await side.ask('PUT', path, { body: { y: '1' } });
    await side.ask('PUT', path, { body: sourceConfig(side, { name: side.named('put') }) });
    for (const body of BAD_BODIES) await side.ask('PUT', path, { body });
    for (const body of BAD_BODIES.filter((body) => body !== '{}')) await side.ask('PATCH', path, { body });
    await remove(side, 'put');
    await side.ask('PATCH', path, { body: { a: 'b' } });
    await side.ask('PATCH', path, { body: {} });
  }),
  scenario('a source becomes a sink', async (side) => {
    await create(side, 'turn', sourceConfig(side));
    await side.untilTask('turn', 'RUNNING');
    await side.ask('PUT', side.path('turn', '/stop'));
    await side.untilState('turn', 'STOPPED', 0);
    await side.ask('PUT', side.path('turn', '/config'), { body: sinkConfig(side) });
    await remove(side, 'turn');
  }),
];
