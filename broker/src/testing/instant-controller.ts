import type { TopicToCreate } from '../core/controller/commands.ts';
import { createTopics } from '../core/controller/create-topics.ts';
import type { Decision, DecisionInput } from '../core/controller/decision.ts';
import { brokerRecord } from '../core/metadata/record-builders.ts';
import { emptyImage, replay } from '../core/metadata/replay.ts';

/** A broker that is registered. */
export const alive = (id: number, fenced = false, rack: string | null = null) =>
  brokerRecord({
    id,
    epoch: id,
    incarnationId: 'i',
    endpoints: [],
    rack,
    fenced,
    inControlledShutdown: false,
    logDirs: [`dir-${id}`],
  });

/** A controller that commits at once, for tests of its decisions. */
export class InstantController {
  image = emptyImage;
  #ids = 0;
  #offset = 0;

  constructor(...brokers: ReturnType<typeof alive>[]) {
    this.image = replay(emptyImage, brokers, 0, 1);
  }

  decide<Response>(
    decision: (input: DecisionInput) => Decision<Response>,
    more: Partial<DecisionInput> = {},
  ): Response {
    const { records, response } = decision({
      image: this.image,
      nextOffset: this.#offset,
      rules: {
        defaultNumPartitions: 2,
        defaultReplicationFactor: 1,
        deleteTopicEnable: true,
        minInSyncReplicas: (image, topic) =>
          Number(image.configs.get('topic', topic)?.get('min.insync.replicas') ?? (topic === 'safe' ? 2 : 1)),
        allowsUncleanElection: (_image, topic) => topic === 'unclean',
        isIpAddress: (text) => /^[\d.]+$/.test(text),
        validateConfigs: (_type, values) =>
          values.has('bad') ? { error: 'INVALID_CONFIG', message: '"bad" is bad.' } : null,
        isListConfig: (_type, name) => name === 'cleanup.policy',
        defaultConfig: (_type, name) => (name === 'cleanup.policy' ? 'delete' : null),
      },
      newId: () => `id-${++this.#ids}`,
      random: () => 0,
      ...more,
    });
    this.#offset += records.length;
    this.image = replay(this.image, records, this.#offset - 1, 1);
    return response;
  }

  create(...topics: Partial<TopicToCreate>[]) {
    const full = topics.map((topic) => ({
      name: 'orders',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [],
      configs: [],
      ...topic,
    }));
    return this.decide((input) => createTopics(input, { topics: full, validateOnly: false }));
  }
}
