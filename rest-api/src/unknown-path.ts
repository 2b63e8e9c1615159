import { MillraceError } from '@millrace/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { unknownPath } from './errors.ts';

/** Answers 405 with the methods that exist where only the method was wrong, 404 otherwise, OPTIONS with the methods, as JAX-RS does. */
export function answerUnknownPaths(app: FastifyInstance): void {
  const methodsByPath = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methodsByPath.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) known.methods.add(one);
    methodsByPath.set(url, known);
  });
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const known = [...methodsByPath.values()].find(({ pattern }) => pattern.test(path));
    if (known === undefined) throw unknownPath();
    const allowed = [...known.methods, 'OPTIONS'].join(', ');
    reply.header('allow', allowed);
    if (request.method === 'OPTIONS') return reply.type('text/plain').send(allowed);
    throw new MillraceError('HTTP 405 Method Not Allowed', { code: 'METHOD_NOT_ALLOWED', class: 'config' });
  });
}

function patternOf(url: string): RegExp {
  const body = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : RegExp.escape(part)))
    .join('/');
  return new RegExp(`^${body}/?$`);
}
