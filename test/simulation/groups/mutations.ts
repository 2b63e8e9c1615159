import { EffectOutbox } from '@millrace/broker/core/coordinator/effects';
import { ConsumerGroup } from '@millrace/broker/core/group/consumer/consumer-group';
import { type GroupRules, GroupShard } from '@millrace/broker/core/group/group-shard';

/** A bug, as long as it is planted. */
export interface Mutation {
  readonly rules?: (rules: GroupRules) => Partial<GroupRules>;
  /** Puts it into a class of the core. */
  readonly plant?: () => void;
}

const consumer = ConsumerGroup.prototype;
const shard = GroupShard.prototype;
const outbox = EffectOutbox.prototype;
const whole = {
  owner: consumer.owner,
  target: consumer.target,
  copy: consumer.copy,
  replay: consumer.replay,
  checkedAgainst: consumer.checkedAgainst,
  loaded: shard.loaded,
  append: outbox.append,
  timer: outbox.timer,
};

/** Takes out whatever is planted. */
export function mend(): void {
  const { owner, target, copy, replay, checkedAgainst } = whole;
  Object.assign(consumer, { owner, target, copy, replay, checkedAgainst });
  const { append, timer, loaded } = whole;
  Object.assign(shard, { loaded });
  Object.assign(outbox, { append, timer });
}

/** The metadata of the world that plays, as it is now. */
let newest: GroupRules['metadata'] | null = null;

/** Bugs such as one makes, planted one at a time: the simulation must find each. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'a partition is given to the next before the last one has given it up': {
    plant: () => {
      consumer.owner = () => undefined;
    },
  },
  'nobody is given anything': {
    plant: () => {
      consumer.target = () => new Map();
    },
  },
  'a draft is the group itself': {
    plant: () => {
      consumer.copy = function copy(this: ConsumerGroup) {
        return this;
      };
    },
  },
  'what a member that is gone had stays its own': {
    plant: () => {
      consumer.replay = function replay(this: ConsumerGroup, record) {
        if (record.kind === 'consumer-current' && record.value === null) return;
        if (record.kind === 'consumer-member' && record.value === null) this.members.delete(record.member);
        else whole.replay.call(this, record);
      };
    },
  },
  'what a member has is not replayed': {
    plant: () => {
      consumer.replay = function replay(this: ConsumerGroup, record) {
        if (record.kind === 'consumer-current' && record.value !== null)
          whole.replay.call(this, { ...record, value: { ...record.value, partitionsPendingRevocation: [] } });
        else whole.replay.call(this, record);
      };
    },
  },
  'commits are answered before they are committed': {
    plant: () => {
      outbox.append = function append(this: EffectOutbox<unknown>, records, done, producer) {
        whole.append.call(this, records, () => {}, producer);
        this.next((now, later) => done(null, now, later));
      };
    },
  },
  'sessions of the consumer protocol never end': {
    plant: () => {
      outbox.timer = function timer(this: EffectOutbox<unknown>, key, afterMs, fire) {
        if (!key.startsWith('consumer-session')) whole.timer.call(this, key, afterMs, fire);
      };
    },
  },
  'a coordinator that starts again awaits nobody': {
    plant: () => {
      shard.loaded = function loaded(this: GroupShard, now) {
        return whole.loaded.call(this, now).filter(({ kind }) => kind !== 'timer');
      };
    },
  },
  'the epoch of a group stands still': {
    plant: () => {
      consumer.replay = function replay(this: ConsumerGroup, record) {
        if (record.kind !== 'consumer-group' || this.epoch < 6) whole.replay.call(this, record);
      };
    },
  },
  'metadata that came while records were being committed counts as looked at': {
    rules: ({ metadata }) => {
      newest = metadata;
      return {};
    },
    plant: () => {
      consumer.checkedAgainst = function checkedAgainst(this: ConsumerGroup, image) {
        whole.checkedAgainst.call(this, newest?.() ?? image);
      };
    },
  },
  'a group that goes over forgets what its members have': {
    rules: (rules) => ({ consumerProtocol: { ...rules.consumerProtocol, assignment: () => [] } }),
  },
};
