import * as contract from '@millrace/rest-api/contract';
import { type Asked, nameAt, type RemoteCommand, wrongUse } from './remote-command.ts';
import { table } from './table.ts';

const LIMIT = 5_000;
const TARGETS = 'earliest, latest, offset:N, time:2026-11-21T10:00:00Z or shift:N';

export const groups: RemoteCommand = {
  list: {
    takes: '',
    does: 'consumer groups with their lag',
    options: ['search'],
    run: (asked) => list(asked, contract.listGroups),
  },
  show: {
    takes: 'GROUP',
    does: 'members and lag by partition',
    async run(asked) {
      const group = await asked.api.call(contract.getGroup, { params: paramsOf(asked) });
      asked.print(group, () => {
        const offsets = table(
          ['topic', 'partition', 'committed', 'end', 'lag', 'lag ms', 'member'],
          group.offsets.map(({ topic, partition, committedOffset, endOffset, lag, lagMs, memberId }) => [
            ...[topic, partition, committedOffset, endOffset, lag, lagMs, memberId],
          ]),
        );
        return `${group.groupId}  ${group.state}  ${group.members.length} members  lag ${group.lag ?? '?'}\n\n${offsets}`;
      });
    },
  },
  reset: {
    takes: 'GROUP',
    does: `moves its positions; --to is ${TARGETS}; --preview only says what would change`,
    options: ['to', 'topic', 'preview?'],
    run: (asked) => reset(asked, contract.resetGroupOffsets),
  },
  delete: {
    takes: 'GROUP',
    does: 'deletes it, where nobody is in it',
    run: (asked) => remove(asked, contract.deleteGroup),
  },
};

export const shareGroups: RemoteCommand = {
  list: {
    takes: '',
    does: 'share groups with their lag',
    options: ['search'],
    run: (asked) => list(asked, contract.listShareGroups),
  },
  show: {
    takes: 'GROUP',
    does: 'members, start offset and lag by partition',
    async run(asked) {
      const group = await asked.api.call(contract.getShareGroup, { params: paramsOf(asked) });
      asked.print(group, () => {
        const partitions = table(
          ['topic', 'partition', 'start', 'end', 'lag', 'in flight'],
          group.partitions.map(({ topic, partition, startOffset, endOffset, lag, inFlight }) => [
            ...[topic, partition, startOffset, endOffset, lag, inFlight?.acquired],
          ]),
        );
        return `${group.groupId}  ${group.state}  ${group.members.length} members  lag ${group.lag ?? '?'}\n\n${partitions}`;
      });
    },
  },
  reset: {
    takes: 'GROUP',
    does: `moves its start offsets; --to is ${TARGETS}; --preview only says what would change`,
    options: ['to', 'topic', 'preview?'],
    run: (asked) => reset(asked, contract.resetShareGroupOffsets),
  },
  delete: {
    takes: 'GROUP',
    does: 'deletes it, where nobody is in it',
    run: (asked) => remove(asked, contract.deleteShareGroup),
  },
};

const paramsOf = (asked: Asked) => ({ group: nameAt(asked, 0, 'The name of the group') });

async function list(asked: Asked, route: typeof contract.listGroups | typeof contract.listShareGroups) {
  const search = asked.option('search');
  const { items } = await asked.api.call(route, { query: { limit: LIMIT, ...(search ? { search } : {}) } });
  asked.print(items, () =>
    table(
      ['group', 'state', 'members', 'lag', 'topics', 'connector'],
      items.map(({ groupId, state, members, lag, topics, connector }) => [
        ...[groupId, state, members, lag, topics.join(', '), connector],
      ]),
    ),
  );
}

async function reset(
  asked: Asked,
  route: typeof contract.resetGroupOffsets | typeof contract.resetShareGroupOffsets,
) {
  const topic = asked.option('topic');
  const body = {
    target: targetOf(asked.option('to')),
    ...(asked.flag('preview') ? { preview: true } : {}),
    ...(topic ? { topics: [{ topic }] } : {}),
  };
  const outcome = await asked.api.call(route, { params: paramsOf(asked), body });
  asked.print(outcome, () => {
    const changes = table(
      ['topic', 'partition', 'before', 'after', 'start', 'end'],
      outcome.changes.map((change) => [
        ...[
          change.topic,
          change.partition,
          change.before,
          change.after,
          change.startOffset,
          change.endOffset,
        ],
      ]),
    );
    const what = `${outcome.again} records are read again, ${outcome.skipped} are skipped`;
    return `${changes}\n\n${outcome.applied ? 'Done' : 'Nothing was changed'}: ${what}.`;
  });
}

async function remove(asked: Asked, route: typeof contract.deleteGroup | typeof contract.deleteShareGroup) {
  const params = paramsOf(asked);
  await asked.api.call(route, { params });
  asked.print({ ...params, done: 'delete' }, () => `Group ${params.group} was deleted.`);
}

function targetOf(text: string | undefined): contract.OffsetTarget {
  const [to, ...rest] = (text ?? '').split(':');
  const value = rest.join(':');
  if (to === 'earliest' || to === 'latest') return { to };
  if (to === 'offset' && /^\d+$/.test(value)) return { to, offset: Number(value) };
  if (to === 'shift' && /^-?\d+$/.test(value)) return { to, by: Number(value) };
  if (to === 'time' && !Number.isNaN(Date.parse(value))) return { to, timestamp: Date.parse(value) };
  throw wrongUse(`--to is ${TARGETS}.`);
}
