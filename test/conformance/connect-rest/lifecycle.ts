import { appendFileSync } from 'node:fs';
import { scenario, sinkConfig, sourceConfig } from './scenario.ts';
import type { Side } from './side.ts';

const create = (side: Side, name: string, config: unknown) =>
  side.ask('POST', '/connectors', { body: { name: side.named(name), config } });

const remove = (side: Side, name: string) => side.ask('DELETE', side.path(name));

/** Of a status after a restart only who it is of: states are on their way. */
const whose = ({ name, type }: { name: string; type: string }) => ({ name, type });

const untilTopics = (side: Side, name: string, count: number) =>
  side.until(
    side.path(name, '/topics'),
    (body: Record<string, { topics: string[] }>) => Object.values(body)[0]?.topics.length === count,
  );

export const lifecycleScenarios = [
  scenario('pause, resume, stop', async (side) => {
    await create(side, 'states', sourceConfig(side));
    await side.untilTask('states', 'RUNNING');
    for (const [verb, state, tasks] of [
      ['pause', 'PAUSED', 1],
      ['pause', 'PAUSED', 1],
      ['stop', 'STOPPED', 0],
      ['stop', 'STOPPED', 0],
      ['pause', 'PAUSED', undefined],
      ['resume', 'RUNNING', 1],
      ['resume', 'RUNNING', 1],
    ] as const) {
      await side.ask('PUT', side.path('states', `/${verb}`));
      await side.untilState('states', state, tasks);
      if (tasks !== undefined && tasks > 0) await side.untilTask('states', state);
    }
    await side.ask('GET', side.path('states', '/status'));
    await side.ask('PUT', side.path('states', '/stop'));
    await side.untilState('states', 'STOPPED', 0);
    for (const part of ['', '/status', '/tasks', '/tasks/0/status'])
      await side.ask('GET', side.path('states', part));
    await remove(side, 'states');
  }),
  scenario('restarts', async (side) => {
    await create(side, 'again', sourceConfig(side));
    await side.untilTask('again', 'RUNNING');
    await side.ask('POST', side.path('again', '/restart'));
    await side.untilTask('again', 'RUNNING');
    for (const query of [
      'includeTasks=true',
      'onlyFailed=true',
      'includeTasks=true&onlyFailed=true',
      'includeTasks=false&onlyFailed=false',
      'includeTasks=maybe',
      'includeTasks=TRUE',
      'forward=true',
    ]) {
      await side.ask('POST', side.path('again', `/restart?${query}`), { view: whose });
      await side.untilTask('again', 'RUNNING');
    }
    await side.ask('POST', side.path('again', '/tasks/0/restart'));
    await side.untilTask('again', 'RUNNING');
    await side.ask('POST', side.path('again', '/tasks/7/restart'));
    await side.ask('POST', side.path('again', '/tasks/x/restart'));
    await side.ask('POST', side.path('again', '/tasks/-1/restart'));
    await remove(side, 'again');
  }),
  scenario('a task that fails', async (side) => {
    appendFileSync(side.file('fails.txt'), 'a line\n');
    const config = sourceConfig(side, { file: side.file('fails.txt'), topic: side.named('fails') });
    // Lines are no structures: none of them has a field.
    const step = {
      transforms: 'a',
      'transforms.a.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
      'transforms.a.field': 'x',
    };
    await create(side, 'fails', { ...config, ...step });
    await side.untilTask('fails', 'FAILED');
    await side.ask('GET', side.path('fails', '/status'));
    await side.ask('GET', side.path('fails', '/tasks/0/status'));
    await side.ask('GET', side.path('fails', '/tasks'));
    await side.ask('POST', side.path('fails', '/restart?onlyFailed=true'), { view: whose });
    // Pausing does not touch what failed.
    await side.ask('PUT', side.path('fails', '/pause'));
    await side.untilState('fails', 'PAUSED', 1);
    await side.ask('GET', side.path('fails', '/status'));
    // Begun again, it fails again: when, nobody can tell from outside. So nothing is asked about it before it is mended.
    await side.ask('POST', side.path('fails', '/restart?onlyFailed=true&includeTasks=true'), { view: whose });
    await side.ask('POST', side.path('fails', '/tasks/0/restart'));
    await side.ask('PUT', side.path('fails', '/config'), { body: config });
    await side.ask('PUT', side.path('fails', '/resume'));
    await side.untilState('fails', 'RUNNING', 1);
    // Only with the mended config anything comes to the topic: a task that runs before may be one that fails yet.
    await untilTopics(side, 'fails', 1);
    await side.untilTask('fails', 'RUNNING');
    await side.ask('GET', side.path('fails', '/status'));
    await remove(side, 'fails');
  }),
  scenario('a connector that nobody knows', async (side) => {
    for (const part of [
      '',
      '/config',
      '/status',
      '/tasks',
      '/tasks/0/status',
      '/tasks/x/status',
      '/topics',
      '/offsets',
    ])
      await side.ask('GET', side.path('nobody', part));
    for (const part of ['/pause', '/resume', '/stop', '/topics/reset'])
      await side.ask('PUT', side.path('nobody', part));
    for (const part of ['/restart', '/restart?includeTasks=true', '/tasks/0/restart'])
      await side.ask('POST', side.path('nobody', part));
    for (const part of ['', '/offsets']) await side.ask('DELETE', side.path('nobody', part));
    await side.ask('PATCH', side.path('nobody', '/config'), { body: { a: 'b' } });
    for (const body of [{}, { offsets: [] }, { offsets: [{ partition: { a: 1 }, offset: { b: 2 } }] }])
      await side.ask('PATCH', side.path('nobody', '/offsets'), { body });
  }),
  scenario('active topics', async (side) => {
    appendFileSync(side.file('topics.txt'), 'a\nb\n');
    const config = sourceConfig(side, { file: side.file('topics.txt'), topic: side.named('active') });
    await create(side, 'active', config);
    await untilTopics(side, 'active', 1);
    await side.ask('GET', side.path('active', '/topics'));
    await create(side, 'active sink', sinkConfig(side, { topics: side.named('active') }));
    await untilTopics(side, 'active sink', 1);
    await side.ask('GET', side.path('active sink', '/topics'));
    await side.ask('PUT', side.path('active', '/pause'));
    await side.untilTask('active', 'PAUSED');
    await side.ask('PUT', side.path('active', '/topics/reset'));
    await untilTopics(side, 'active', 0);
    await side.ask('GET', side.path('active', '/topics'));
    await side.ask('PUT', side.path('active', '/topics/reset'));
    await side.ask('POST', side.path('active', '/topics/reset'));
    await side.ask('GET', side.path('active', '/topics/reset'));
    await remove(side, 'active');
    await remove(side, 'active sink');
  }),
  scenario(
    'active topics of a connector that is gone',
    async (side) => {
      appendFileSync(side.file('gone.txt'), 'a\n');
      const config = sourceConfig(side, { file: side.file('gone.txt'), topic: side.named('gone') });
      await create(side, 'gone', config);
      await untilTopics(side, 'gone', 1);
      await remove(side, 'gone');
      await untilTopics(side, 'gone', 0);
      await side.ask('GET', side.path('gone', '/topics'));
    },
    'distributed',
  ),
];
