import { expect, it } from 'vitest';
import { ConfigResourcesDraft } from '../core/metadata/config-resources.ts';
import { emptyImage } from '../core/metadata/replay.ts';
import { parseBrokerConfig } from './broker-config.ts';
import { topicConfigProblem, topicText } from './topic-config.ts';

const config = parseBrokerConfig({ 'log.dirs': '/data' });

it.each([
  ['unclean.leader.election.enable', ' TRUE', 'true'],
  ['min.insync.replicas', '+2', '2'],
  ['message.timestamp.type', ' LogAppendTime ', 'LogAppendTime'],
  ['cleanup.policy', ' ', ''],
])('a topic whose %s is "%s" obeys "%s"', (name, value, obeyed) => {
  expect(topicConfigProblem(new Map([[name, value]]))).toBeNull();
  const configs = new ConfigResourcesDraft(emptyImage.configs);
  configs.set('topic', 'orders', name, value);
  const image = { ...emptyImage, configs: configs.finish(emptyImage.configs) };
  expect(topicText(image, config, 'orders', name)).toBe(obeyed);
  expect(topicText(image, config, 'others', name)).toBe(topicText(emptyImage, config, 'orders', name));
});
