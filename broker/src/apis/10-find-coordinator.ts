import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  findCoordinator as api,
  type FindCoordinatorRequest,
  type FindCoordinatorResponseCoordinatorInit,
  type FindCoordinatorResponseInit,
} from '@millrace/protocol/messages';
import type { CoordinatorLocation } from '../runtime/services.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { nodesOn } from './broker-nodes.ts';
import { mayOnGroup } from './group-caller.ts';

const GROUP_KEY = 0;
const TRANSACTION_KEY = 1;
const SHARE_KEY = 2;
const MANY_KEYS_VERSION = 4;
const SHARE_KEYS_VERSION = 6;
const SHARE_PARTITION = /^(?<group>.+):(?<topicId>[\w-]{22}):(?<partition>\d{1,10})$/s;

/**
 * FindCoordinator v0-6
 *
 * - The broker that leads the group's partition of `__consumer_offsets`, or the transactional id's of
 *   `__transaction_state`; the topic is made where it is missing, and answered at once (Kafka makes it behind
 *   COORDINATOR_NOT_AVAILABLE).
 * - For the cluster's brokers, the one that leads a share partition's (`group:topicId:partition`) of `__share_group_state`.
 *
 * Versions: v1 transactions; v4 several keys; v6 share groups.
 *
 * Not implemented: nothing.
 */
export const findCoordinator = defineApi({
  api,
  versions: [0, 6],
  access: [
    ['DESCRIBE', 'GROUP'],
    ['DESCRIBE', 'TRANSACTIONAL_ID'],
    ['CLUSTER_ACTION', 'CLUSTER'],
  ],
  async handle(context, request): Promise<FindCoordinatorResponseInit> {
    const keys = keysOf(request, context.version);
    const coordinators = await Promise.all(keys.map((key) => find(context, request.keyType, key)));
    return response(coordinators, context.version);
  },
  refuse: (request, error, version) =>
    response(
      keysOf(request, version).map((key) => failed(key, error, null)),
      version,
    ),
});

function keysOf(request: FindCoordinatorRequest, version: number): readonly string[] {
  return version >= MANY_KEYS_VERSION ? request.coordinatorKeys : [request.key];
}

async function find(
  context: RequestContext,
  keyType: number,
  key: string,
): Promise<FindCoordinatorResponseCoordinatorInit> {
  const { groups, transactions } = context.services;
  switch (keyType) {
    case GROUP_KEY:
      if (!mayOnGroup(context, 'DESCRIBE', key)) return failed(key, 'GROUP_AUTHORIZATION_FAILED', null);
      return found(context, key, await groups.findCoordinator(key));
    case TRANSACTION_KEY:
      if (!context.authorize('DESCRIBE', { type: 'TRANSACTIONAL_ID', name: key }))
        return failed(key, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', null);
      return found(context, key, await transactions.findCoordinator(key));
    case SHARE_KEY:
      return await findShareCoordinator(context, key);
    default:
      return failed(key, 'INVALID_REQUEST', `There is no key type ${keyType}.`);
  }
}

async function findShareCoordinator(
  context: RequestContext,
  key: string,
): Promise<FindCoordinatorResponseCoordinatorInit> {
  if (context.version < SHARE_KEYS_VERSION)
    return failed(key, 'INVALID_REQUEST', 'Share groups are looked for from version 6 on.');
  if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed(key, 'CLUSTER_AUTHORIZATION_FAILED', null);
  const { group, topicId, partition } = SHARE_PARTITION.exec(key)?.groups ?? {};
  if (group === undefined || topicId === undefined)
    return failed(key, 'INVALID_REQUEST', 'A share partition is group:topicId:partition.');
  const location = await context.services.shareState.findCoordinator({
    group,
    topicId,
    partition: Number(partition),
  });
  return found(context, key, location);
}

function found(
  context: RequestContext,
  key: string,
  location: CoordinatorLocation,
): FindCoordinatorResponseCoordinatorInit {
  if (location.error !== null) return failed(key, location.error, location.message);
  const image = context.services.metadata.image();
  const node = nodesOn(image, context.listener).find(({ id }) => id === location.brokerId);
  if (!node)
    return failed(key, 'COORDINATOR_NOT_AVAILABLE', 'The coordinator is not reached by this listener.');
  const { id, host, port } = node;
  return { key, nodeId: id, host, port, errorCode: errorCode('NONE'), errorMessage: '' };
}

function failed(
  key: string,
  error: ErrorName,
  errorMessage: string | null,
): FindCoordinatorResponseCoordinatorInit {
  return { key, nodeId: -1, host: '', port: -1, errorCode: errorCode(error), errorMessage };
}

function response(
  coordinators: readonly FindCoordinatorResponseCoordinatorInit[],
  version: number,
): FindCoordinatorResponseInit {
  if (version >= MANY_KEYS_VERSION) return { coordinators };
  const [first] = coordinators;
  if (!first) return { errorCode: errorCode('INVALID_REQUEST'), nodeId: -1, host: '', port: -1 };
  const { key: _key, ...rest } = first;
  // Kafka's text for no error, in the versions of one key.
  return rest.errorCode === errorCode('NONE') ? { ...rest, errorMessage: 'NONE' } : rest;
}
