import type { Redis } from 'ioredis';

/**
 * Active jobs that carry this token as their lock, or whose lock has run out and which this worker took last; oldest first, locked anew.
 * KEYS: the lists of active and of stalled jobs. ARGV: what stands in front of a job's id, token, worker, duration of a lock in ms.
 * (Keys as in BullMQ 4 to 6: `active`, `stalled`, `<id>:lock`, and the field `pb` for who processed it.)
 */
const SCRIPT = `
local own = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local key = ARGV[1] .. id
  local lock = redis.call('GET', key .. ':lock')
  if lock == ARGV[2] or (not lock and redis.call('HGET', key, 'pb') == ARGV[3]) then
    redis.call('SET', key .. ':lock', ARGV[2], 'PX', ARGV[4])
    redis.call('SREM', KEYS[2], id)
    table.insert(own, 1, id)
  end
end
return own
`;

export interface OwnJobsOf {
  /** `prefix:queue:` */
  readonly base: string;
  readonly token: string;
  readonly worker: string;
  readonly lockMs: number;
}

/** Ids of the jobs that a former task of this name had, in the order in which it took them. */
export async function takeUpOwnJobs(
  client: Redis,
  { base, token, worker, lockMs }: OwnJobsOf,
): Promise<readonly string[]> {
  const answer = await client.eval(SCRIPT, 2, `${base}active`, `${base}stalled`, base, token, worker, lockMs);
  return answer as readonly string[];
}
