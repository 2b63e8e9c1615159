import { isMillraceError, MillraceError } from '@millrace/foundation';
import type { FastifyRequest } from 'fastify';
import type { ForwardedAnswer, Forwarder } from './ports.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The JSON body as it was sent; null where there is none. */
    sentText: string | null;
  }
}

/** What a worker hands on of the head of a request. */
const HANDED_ON = ['authorization', 'if-match', 'traceparent', 'tracestate'] as const;

/**
 * Asks the worker that can serve a request, where this one was refused with the name of it; null where the refusal stands.
 *
 * As in Kafka Connect: the first worker sends `forward=true`, the second one `forward=false`, and whoever is asked with that and
 * cannot serve it either refuses. Two hops find the leader, and from there the worker of a task, unless the group rebalances.
 *
 * @throws {MillraceError} REBALANCE_IN_PROGRESS after two hops, FORWARDING_FAILED (class transient)
 */
export async function forwarded(
  forwarder: Forwarder,
  request: FastifyRequest,
  refusal: unknown,
): Promise<ForwardedAnswer | null> {
  const target = targetOf(refusal);
  if (target === null) return null;
  const { path, hop } = nextHop(request.url);
  if (hop === null) {
    const message = 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)';
    throw new MillraceError(message, {
      code: 'REBALANCE_IN_PROGRESS',
      class: 'transient',
      hint: 'The group is finding out who leads; try again in a moment.',
    });
  }
  const headers = HANDED_ON.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const body = request.sentText;
  return forwarder.forward(target, {
    method: request.method,
    path,
    body,
    headers: Object.fromEntries(headers),
  });
}

function targetOf(refusal: unknown): string | null {
  if (!isMillraceError(refusal) || refusal.code !== 'REBALANCE_IN_PROGRESS') return null;
  const target = refusal.details.facts?.forwardTo;
  return typeof target === 'string' && URL.canParse(target) ? target : null;
}

function nextHop(url: string): { readonly path: string; readonly hop: 'true' | 'false' | null } {
  const asked = new URL(url, 'http://worker');
  const flag = asked.searchParams.get('forward');
  const hop = flag === null ? 'true' : flag === 'true' ? 'false' : null;
  if (hop !== null) asked.searchParams.set('forward', hop);
  return { path: `${asked.pathname}${asked.search}`, hop };
}
