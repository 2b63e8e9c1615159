import { SINK, SOURCE, scenario, sinkConfig, sourceConfig } from './scenario.ts';
import { verdict } from './validation-verdict.ts';

/** Keys that the runtime knows for every connector. Each of these values is wrong. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  'exactly.once.support': ['maybe', 'required'],
  'transaction.boundary': ['never', 'connector'],
  'transaction.boundary.interval.ms': ['x', '-1', '0'],
  'offsets.storage.topic': [' '],
  'errors.retry.timeout': ['x'],
  'errors.retry.delay.max.ms': ['x'],
  'errors.log.enable': ['maybe'],
  'errors.log.include.messages': ['maybe'],
  'errors.tolerance': ['some', 'ALL'],
  'config.action.reload': ['maybe', 'RESTART'],
  'tasks.max': ['-1', '1.5', ' ', '2147483648'],
  'tasks.max.enforce': ['maybe'],
  'header.converter': ['Nobody', 'StringConverter'],
  'value.converter': ['org.apache.kafka.connect.transforms.Filter'],
  predicates: ['p', 'p,p'],
  'topic.creation.groups': ['g', 'g,g', 'default'],
};

const WRONG_IN_SINKS: Readonly<Record<string, readonly string[]>> = {
  'errors.deadletterqueue.topic.replication.factor': ['x', '0'],
  'errors.deadletterqueue.context.headers.enable': ['maybe'],
  'errors.deadletterqueue.topic.name': ['a'],
  topics: [' ', ',', 'a,,b', 'a,a'],
  'topics.regex': ['x'],
};

export const frameworkKeyScenarios = [
  scenario('wrong values of keys that every source has', async (side) => {
    for (const [key, values] of Object.entries(WRONG))
      for (const value of values)
        await side.ask('PUT', `/connector-plugins/${SOURCE}/config/validate`, {
          body: sourceConfig(side, { name: 'n', [key]: value }),
          view: verdict,
        });
  }),
  scenario('wrong values of keys that every sink has', async (side) => {
    for (const [key, values] of Object.entries(WRONG_IN_SINKS))
      for (const value of values)
        await side.ask('PUT', `/connector-plugins/${SINK}/config/validate`, {
          body: { ...sinkConfig(side, { name: 'n', topics: 'a' }), [key]: value },
          view: verdict,
        });
  }),
  scenario('steps and their predicates', async (side) => {
    const validate = (more: object) =>
      side.ask('PUT', `/connector-plugins/${SOURCE}/config/validate`, {
        body: sourceConfig(side, { name: 'n', transforms: 'a', ...more }),
        view: verdict,
      });
    const type = {
      'transforms.a.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
      'transforms.a.static.field': 'x',
      'transforms.a.static.value': 'y',
    };
    await validate({});
    await validate({ 'transforms.a.type': 'org.apache.kafka.connect.transforms.Nobody' });
    // It has nothing to insert.
    await validate({ 'transforms.a.type': 'org.apache.kafka.connect.transforms.InsertField$Value' });
    await validate(type);
    await validate({ ...type, 'transforms.a.predicate': 'p' });
    await validate({ ...type, 'transforms.a.negate': 'maybe' });
    const isNull = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone';
    await validate({ ...type, 'transforms.a.predicate': 'p', predicates: 'p', 'predicates.p.type': isNull });
    await validate({
      'transforms.a.type': 'org.apache.kafka.connect.transforms.RegexRouter',
      'transforms.a.regex': '(',
      'transforms.a.replacement': 'x',
    });
    await validate({ 'transforms.a.type': 'org.apache.kafka.connect.transforms.Filter' });
  }),
];
