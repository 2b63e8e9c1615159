import { brokerConfigKeys, groupConfigDefinitions, topicConfigDefinitions } from '@millrace/broker';
import {
  sinkConnectorConfig,
  sourceConnectorConfig,
  standaloneConfig,
  workerConfig,
} from '@millrace/connect-runtime';
import { type ConfigDef, optionTable } from '@millrace/sdk';
import { markdownTable } from './markdown-table.ts';

export function brokerConfigsPage(): string {
  return page('Configs of a broker', [
    "`millrace broker --config FILE` takes these keys; names, types and defaults are Kafka's, those that begin with other words than Kafka's are ours. `.properties`, JSON and YAML are read;\n`--set KEY=VALUE` and the environment (`MILLRACE_LOG_DIRS` for `log.dirs`) override a file. A key that Kafka has and this broker does not serve is refused by its name.",
    optionTable(brokerConfigKeys),
    '## Topics',
    'Set when a topic is made, and changed with any Kafka client or tool, or on the page of the topic. Where a topic says nothing, the broker key in the fourth column decides.',
    definitionTable(topicConfigDefinitions),
    '## Groups and clients',
    'Of consumer groups (KIP-848), share groups (KIP-932) and the metrics of clients (KIP-714), changed as those of topics.',
    definitionTable(groupConfigDefinitions),
  ]);
}

export function workerConfigsPage(): string {
  const own = Object.fromEntries(Object.entries(standaloneConfig).filter(([key]) => !(key in workerConfig)));
  const both = intersection(sourceConnectorConfig, sinkConnectorConfig);
  return page('Configs of a Connect worker, and of every connector', [
    "`millrace worker --config FILE` takes these keys; names, types and defaults are Kafka Connect's where it has them. Keys that begin with `producer.`, `consumer.` and `admin.` go to the\nclients of that kind.",
    optionTable(workerConfig),
    '## Standalone',
    '`millrace standalone FILE CONNECTOR.json ...` takes those that are not about groups and topics, and',
    optionTable(own),
    '## Every connector',
    "What each connector's config may hold beside the options of its plugin, which stand in the plugin's README and are answered by `GET /connector-plugins/NAME/config`.",
    optionTable(both),
    '## Every source',
    optionTable(without(sourceConnectorConfig, both)),
    '## Every sink',
    optionTable(without(sinkConnectorConfig, both)),
  ]);
}

function page(title: string, parts: readonly string[]): string {
  return [`# ${title}`, ...parts.map((part) => part.trimEnd())].join('\n\n').concat('\n');
}

const intersection = (a: ConfigDef, b: ConfigDef): ConfigDef =>
  Object.fromEntries(Object.entries(a).filter(([key]) => key in b));
const without = (a: ConfigDef, b: ConfigDef): ConfigDef =>
  Object.fromEntries(Object.entries(a).filter(([key]) => !(key in b)));

interface Definition {
  readonly type: string;
  readonly default: string;
  readonly docs: string;
  readonly brokerKey?: string;
}

function definitionTable(definitions: ReadonlyMap<string, Definition>): string {
  const rows = [...definitions].map(([key, one]) => [
    `\`${key}\``,
    one.type,
    one.default === '' ? '' : `\`${one.default}\``,
    one.brokerKey === undefined ? '' : `\`${one.brokerKey}\``,
    one.docs,
  ]);
  return markdownTable(['config', 'type', 'default', 'for all', 'what'], rows);
}
