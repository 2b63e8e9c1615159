import { SINK, SOURCE, scenario, sinkConfig, sourceConfig } from './scenario.ts';
import { verdict } from './validation-verdict.ts';

/** Versions of plugins that are not there, and words that are no versions (KIP-891). */
const VERSIONS = ['99.0', '[1.0', '(,0.0.1)'];

export const pluginVersionScenarios = [
  scenario('versions of plugins that cannot be had', async (side) => {
    const wrong = (config: object) =>
      side.ask('POST', '/connectors', { body: { name: side.named('versioned'), config } });
    for (const version of VERSIONS) await wrong(sourceConfig(side, { 'connector.plugin.version': version }));
    await wrong(
      sourceConfig(side, { 'key.converter': 'StringConverter', 'key.converter.plugin.version': '99' }),
    );
    await wrong(sourceConfig(side, { 'value.converter.plugin.version': '[' }));
    const step = {
      transforms: 'a',
      'transforms.a.type': 'org.apache.kafka.connect.transforms.TimestampRouter',
    };
    await wrong(sinkConfig(side, { ...step, 'transforms.a.plugin.version': '99' }));
    await side.ask('GET', side.path('versioned'));
    await side.ask('PUT', side.path('versioned', '/config'), {
      body: sourceConfig(side, { 'connector.plugin.version': '99' }),
    });
  }),
  scenario('validation of versions', async (side) => {
    const validate = (plugin: string, more: object) =>
      side.ask('PUT', `/connector-plugins/${plugin}/config/validate`, {
        body: { 'connector.class': plugin, name: 'n', ...more },
        view: verdict,
      });
    const file = { topic: 't', file: side.file('in.txt') };
    const out = { file: side.file('out.txt') };
    for (const version of VERSIONS) await validate(SOURCE, { ...file, 'connector.plugin.version': version });
    await validate(SINK, { ...out, topics: 't', 'key.converter.plugin.version': '99' });
    await validate(SINK, {
      ...out,
      topics: 't',
      'value.converter': 'StringConverter',
      'value.converter.plugin.version': '99',
    });
  }),
];
