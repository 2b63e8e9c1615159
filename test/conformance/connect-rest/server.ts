import { SINK, SOURCE, scenario, sourceConfig } from './scenario.ts';
import { verdict } from './validation-verdict.ts';

const firstFields = (list: readonly object[]) => Object.keys(list[0] ?? {}).sort();

export const serverScenarios = [
  scenario('the server itself', async (side) => {
    await side.ask('GET', '/');
    await side.ask('GET', '/health');
    await side.ask('GET', '/nothing');
    await side.ask('GET', '/admin');
    await side.ask('GET', '/', { headers: { accept: 'text/html' } });
    await side.ask('GET', '/connectors', { headers: { accept: 'application/xml' }, view: () => null });
    await side.ask('HEAD', '/connectors');
    await side.ask('OPTIONS', '/connectors');
    await side.ask('HEAD', side.path('x'));
    await side.ask('OPTIONS', side.path('x', '/config'));
    await side.ask('GET', '/openapi.json');
    await side.ask('GET', '/favicon.ico');
    await side.ask('GET', '/CONNECTORS');
    await side.ask('GET', '//connectors');
  }),
  scenario('what only workers ask of each other', async (side) => {
    await side.ask('PUT', side.path('x', '/fence'));
    await side.ask('GET', side.path('x', '/fence'));
    await side.ask('POST', side.path('x', '/tasks'), { body: [] });
    await side.ask('POST', side.path('x', '/tasks'), { body: '{' });
  }),
  scenario('wrong methods and paths', async (side) => {
    await side.ask('DELETE', '/connectors');
    await side.ask('PUT', side.path('x'));
    await side.ask('POST', side.path('x', '/status'));
    await side.ask('GET', side.path('x', '/restart'));
    await side.ask('PUT', side.path('x', '/restart'));
    await side.ask('POST', side.path('x', '/pause'));
    await side.ask('GET', side.path('x', '/tasks/0'));
    await side.ask('GET', side.path('x', '/tasks/0/restart'));
    await side.ask('GET', side.path('x', '/tasks-config'));
    await side.ask('DELETE', '/admin/loggers/root');
    await side.ask('GET', '/connector-plugins/x');
    await side.ask('POST', `/connector-plugins/${SOURCE}/config/validate`, { body: {} });
  }),
  scenario('bodies of another kind', async (side) => {
    const plain = { 'content-type': 'text/plain' };
    await side.ask('POST', '/connectors', { body: '{"name":"a","config":{}}', headers: plain });
    await side.ask('PUT', side.path('x', '/config'), { body: '{}', headers: plain });
    await side.ask('PUT', side.path('x', '/pause'), { body: 'x', headers: plain });
    await side.ask('PATCH', side.path('x', '/config'), { body: '{}', headers: plain });
    await side.ask('PATCH', side.path('x', '/offsets'), { body: '{}', headers: plain });
    await side.ask('PUT', '/admin/loggers/x', { body: '{}', headers: plain });
    await side.ask('PUT', `/connector-plugins/${SOURCE}/config/validate`, { body: '{}', headers: plain });
    await side.ask('POST', '/connectors', { body: '{}', headers: { 'content-type': 'application/xml' } });
    await side.ask('POST', '/connectors', {
      body: '{}',
      headers: { 'content-type': 'application/vnd.x+json' },
    });
    await side.ask('POST', '/connectors', { body: '{}', headers: { 'content-type': 'nonsense' } });
    await side.ask('PUT', side.path('x', '/pause'), { body: '{bad' });
    await side.ask('PUT', side.path('x', '/pause'), { body: '{}' });
    await side.ask('POST', '/connectors', {
      body: '{',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
  }),
  scenario('plugins', async (side) => {
    await side.ask('GET', '/connector-plugins', { view: firstFields });
    await side.ask('GET', '/connector-plugins?connectorsOnly=false', { view: firstFields });
    await side.ask('GET', '/connector-plugins?connectorsOnly=x', { view: firstFields });
    await side.ask('GET', `/connector-plugins/${SOURCE}/config`, { view: firstFields });
    await side.ask('GET', '/connector-plugins/JsonConverter/config', { view: firstFields });
    await side.ask('GET', '/connector-plugins/org.apache.kafka.connect.json.JsonConverter/config', {
      view: firstFields,
    });
    await side.ask('GET', '/connector-plugins/Nobody/config');
    await side.ask('GET', `/connector-plugins/${SOURCE}/config?version=99`);
    await side.ask('GET', `/connector-plugins/${SOURCE}/config?version=%5B`);
    await side.ask('GET', `/connector-plugins/${SOURCE}/config?version=latest`, { view: firstFields });
  }),
  scenario('validation', async (side) => {
    const validate = (plugin: string, body: unknown) =>
      side.ask('PUT', `/connector-plugins/${plugin}/config/validate`, { body, view: verdict });
    await validate(SOURCE, sourceConfig(side, { name: 'n' }));
    await validate(SOURCE, { 'connector.class': SOURCE });
    await validate(SOURCE, sourceConfig(side, { name: 'n', 'tasks.max': '0' }));
    await validate(SOURCE, sourceConfig(side, { name: 'n', 'tasks.max': null }));
    await validate(SOURCE, sourceConfig(side, { name: 'n', transforms: 'a' }));
    await validate(SOURCE, sourceConfig(side, { name: 'n', 'key.converter': 'Nobody' }));
    const out = { 'connector.class': SINK, name: 'n', file: side.file('out.txt') };
    await validate(SINK, { ...out, topics: 'a', 'topics.regex': 'b' });
    await validate(SINK, out);
    await validate(
      'org.apache.kafka.connect.file.FileStreamSourceConnector',
      sourceConfig(side, { name: 'n' }),
    );
    await validate(SOURCE, {});
    await validate('Nobody', {});
    await validate('Nobody', { 'connector.class': 'Nobody' });
    await validate('Nobody', sourceConfig(side));
    await validate(SINK, sourceConfig(side));
    await validate('JsonConverter', { 'connector.class': 'JsonConverter' });
    for (const body of ['', '{', '[]', 'null']) await validate(SOURCE, body);
  }),
  scenario('loggers', async (side) => {
    const logger = `/admin/loggers/${side.named('logger')}`;
    await side.ask('GET', logger);
    await side.ask('PUT', logger, { body: { level: 'debug' } });
    await side.ask('GET', logger);
    await side.ask('PUT', logger, { body: { level: 'DEBUG' } });
    await side.ask('PUT', `${logger}?scope=worker`, { body: { level: 'OFF' } });
    await side.ask('PUT', `${logger}?scope=other`, { body: { level: 'TRACE', more: 1 } });
    await side.ask('PUT', `${logger}?scope=cluster`, { body: { level: 'WARN' } });
    await side.until(logger, ({ level }: { level: string }) => level === 'WARN');
    await side.ask('GET', logger);
    await side.ask('PUT', logger, { body: { level: 'LOUD' } });
    await side.ask('PUT', `${logger}?scope=cluster`, { body: { level: 'LOUD' } });
    await side.ask('PUT', logger, { body: { level: 5 } });
    await side.ask('PUT', logger, { body: {} });
    await side.ask('PUT', logger, { body: { level: null } });
    for (const body of ['', '{', '[]', 'null']) await side.ask('PUT', logger, { body });
    await side.ask('GET', '/admin/loggers/root', { view: (body: object) => Object.keys(body).sort() });
    await side.ask('GET', '/admin/loggers', {
      view: ({ root }: { root: object }) => Object.keys(root).sort(),
    });
    await side.ask('GET', `${logger}/more`);
    await side.ask('PUT', '/admin/loggers/', { body: { level: 'WARN' } });
  }),
];
