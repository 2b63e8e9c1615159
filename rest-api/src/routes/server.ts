import type { FastifyReply, FastifyRequest } from 'fastify';
import { getAbout, getHealth, getServer } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { RestPorts } from '../ports.ts';
import { ok } from '../reply.ts';

const STATUS_BY_HEALTH = { healthy: 200, starting: 503, unhealthy: 500 } as const;

export function serverRoutes(doors: Doors, ports: RestPorts): void {
  doors.operation(getServer, () => ok(ports.herder.server()));
  doors.operation(getHealth, () => {
    const body = ports.herder.health();
    return { status: STATUS_BY_HEALTH[body.status], body };
  });
  doors.operation(getAbout, () => ok(ports.about()));
}

/** Sends a browser that asks for the root to the UI; a program gets Kafka Connect's answer. */
export async function redirectBrowsers(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.method !== 'GET' || request.url.split('?', 1)[0] !== '/') return;
  if (prefersHtml(request.headers.accept ?? '')) await reply.redirect('/ui/', 302);
}

/** Whether an Accept header names text/html, and JSON not as gladly. */
function prefersHtml(accept: string): boolean {
  const weights = new Map<string, number>();
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(type ?? '', quality === undefined ? 1 : Number(quality.slice(2)) || 0);
  }
  const html = weights.get('text/html') ?? 0;
  return html > 0 && html > (weights.get('application/json') ?? 0);
}
