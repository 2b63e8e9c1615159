import { errorCode } from '@millrace/protocol';
import { createPartitions as api, type CreatePartitionsResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { MutationCharge } from './mutation-charge.ts';

const STRICT_QUOTA_VERSION = 3;

/**
 * CreatePartitions v0-3
 *
 * - A topic only grows; each topic is decided by itself, and one that stands twice is refused and answered once.
 * - Answered when the partitions are committed and this broker has their logs.
 * - Who has made or deleted more partitions than their quota allows: THROTTLING_QUOTA_EXCEEDED (before v3: a wait).
 *
 * Versions: nothing differs but the encoding.
 *
 * Not implemented: `timeout.ms` (answers come when the quorum has committed).
 */
export const createPartitions = defineApi({
  api,
  versions: [0, 3],
  access: [['ALTER', 'TOPIC']],
  forwards: true,
  async handle(context, request): Promise<CreatePartitionsResponseInit> {
    const allowed = request.topics.filter(({ name }) => context.authorize('ALTER', { type: 'TOPIC', name }));
    const topics = allowed.map(({ name, count, assignments }) => ({
      name,
      count,
      assignments: assignments?.map(({ brokerIds }) => brokerIds) ?? null,
    }));
    const { validateOnly } = request;
    const charge = new MutationCharge(context, STRICT_QUOTA_VERSION);
    const { admits } = charge;
    const results = await context.services.controller.createPartitions({ topics, validateOnly, admits });
    const byName = new Map(results.map((result) => [result.name, result]));
    const names = new Set(request.topics.map(({ name }) => name));
    return {
      throttleTimeMs: charge.settle(),
      results: [...names].map((name) => {
        const result = byName.get(name);
        if (!result) return { name, errorCode: errorCode('TOPIC_AUTHORIZATION_FAILED'), errorMessage: null };
        return { name, errorCode: errorCode(result.error ?? 'NONE'), errorMessage: result.message };
      }),
    };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    results: request.topics.map(({ name }) => ({ name, errorCode: errorCode(error) })),
  }),
});
