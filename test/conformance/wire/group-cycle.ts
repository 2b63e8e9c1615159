import {
  describeGroups,
  heartbeat,
  type JoinGroupResponse,
  joinGroup,
  leaveGroup,
  syncGroup,
} from '@millrace/protocol/messages';
import { comparable, type Wire } from './wire.ts';

const NEWEST = { join: 9, sync: 5, heartbeat: 4, leave: 5, describe: 6 };

/** Not `consumer`: Apache Kafka reads the metadata of such members, and never answers where it cannot. */
const PROTOCOL_TYPE = 'conformance';

/** A member's own id is told apart only by what it is made of; in comparisons it has this name. */
const MEMBER = 'the member';

export interface Joined {
  readonly response: JoinGroupResponse;
  readonly memberId: string;
  readonly generationId: number;
}

/** Joins as a consumer without an id; a version that gives ids out first is asked a second time with the id. */
export async function join(
  wire: Wire,
  groupId: string,
  version = NEWEST.join,
  more: {
    memberId?: string;
    groupInstanceId?: string;
    protocolType?: string;
    protocols?: string[];
    metadata?: Buffer;
  } = {},
): Promise<Joined> {
  const body = {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: more.memberId ?? '',
    protocolType: more.protocolType ?? PROTOCOL_TYPE,
    protocols: (more.protocols ?? ['range']).map((name) => ({
      name,
      metadata: more.metadata ?? Buffer.from(`of ${name}`),
    })),
    ...(more.groupInstanceId === undefined ? {} : { groupInstanceId: more.groupInstanceId }),
  };
  let response = await wire.raw(joinGroup, version, body);
  const mustComeAgain = version >= 4 && body.memberId === '' && more.groupInstanceId === undefined;
  if (mustComeAgain) response = await wire.raw(joinGroup, version, { ...body, memberId: response.memberId });
  return { response, memberId: response.memberId, generationId: response.generationId };
}

/** An answer with member ids as names: the same person has the same name. */
export function named(answer: unknown, ...memberIds: readonly string[]): unknown {
  let text = JSON.stringify(answer);
  for (const [index, memberId] of memberIds.entries())
    if (memberId !== '') text = text.replaceAll(memberId, index === 0 ? MEMBER : `${MEMBER} ${index + 1}`);
  return JSON.parse(text);
}

/** A group of one from join to leave, with one of the requests in a version of its own. */
export async function groupCycle(wire: Wire, versions: Partial<typeof NEWEST>): Promise<unknown> {
  const at = { ...NEWEST, ...versions };
  const groupId = `cycle-${Object.entries(versions).flat().join('-')}`;
  const { response, memberId, generationId } = await join(wire, groupId, at.join);
  const me = { groupId, memberId, generationId };
  const assignments = [{ memberId, assignment: Buffer.from('all of it') }];
  const synced = await wire.ask(syncGroup, at.sync, {
    ...me,
    assignments,
    ...(at.sync >= 5 ? { protocolType: PROTOCOL_TYPE, protocolName: 'range' } : {}),
  });
  const beat = await wire.ask(heartbeat, at.heartbeat, me);
  const described = await wire.ask(describeGroups, at.describe, { groups: [groupId, 'no-such-group'] });
  const left = await wire.ask(
    leaveGroup,
    at.leave,
    at.leave >= 3 ? { groupId, members: [{ memberId }] } : { groupId, memberId },
  );
  const after = await wire.ask(heartbeat, at.heartbeat, me);
  return named({ joined: comparable(response), synced, beat, described, left, after }, memberId);
}
