import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Doors } from './doors.ts';
import { LazyApp } from './lazy-app.ts';
import type { RestPorts } from './ports.ts';

const NEEDS = { operation: 'READ', resource: 'ui' } as const;

const UI_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";
const NOTICE_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** Serves the built UI under /ui/, any path in it with the same page; until it is built, a page that says so. */
export function uiRoutes(doors: Doors, ui: RestPorts['ui']): { close(): Promise<void> } {
  const files = new Map<string, LazyApp>();
  const appOf = (folder: string): LazyApp => {
    const known = files.get(folder) ?? new LazyApp(() => createFilesApp(folder));
    files.set(folder, known);
    return known;
  };
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    // The router takes /ui and /ui/ for one path; links of the page are relative to the second.
    if (request.url.split('?', 1)[0] === '/ui') return reply.redirect('/ui/', 302);
    const state = ui();
    if ('folder' in state) return appOf(state.folder).answer(request, reply);
    if ('building' in state)
      return notice(reply, 'The UI is being built', 'This takes a few seconds, once.', 1);
    return notice(reply, 'The UI cannot be shown', state.unavailable, 10);
  };
  doors.page('/ui', NEEDS, answer);
  doors.page('/ui/*', NEEDS, answer);
  return {
    async close() {
      await Promise.all([...files.values()].map((app) => app.close()));
    },
  };
}

async function createFilesApp(folder: string): Promise<FastifyInstance> {
  const { default: files } = await import('@fastify/static');
  const index = await readFile(join(folder, 'index.html'), 'utf8');
  const app = Fastify({ logger: false });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', UI_CSP);
  });
  await app.register(files, {
    root: folder,
    prefix: '/ui/',
    wildcard: false,
    index: false,
    // Served below, with its base.
    globIgnore: ['index.html'],
    setHeaders: (reply, path) => {
      // What the bundler puts into assets/ carries a hash in its name and never changes.
      const immutable = path.slice(folder.length).includes('assets');
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    if (request.url.startsWith('/ui/assets/')) return reply.code(404).type('text/plain').send('Not found\n');
    const page = index.replace('<head>', `<head><base href="${baseOf(request.url)}">`);
    return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
  });
  await app.ready();
  return app;
}

/**
 * The way from a page's address up to the folder of the UI, for its relative links: `../` for `/ui/topics/orders`. It holds behind a
 * proxy that serves the UI from a sub-path too, of which nothing is known here.
 */
function baseOf(url: string): string {
  const below = url.split('?', 1)[0]?.slice('/ui/'.length) ?? '';
  return '../'.repeat(below.split('/').length - 1) || './';
}

function notice(reply: FastifyReply, title: string, text: string, refreshSeconds: number): FastifyReply {
  return reply
    .code(503)
    .header('retry-after', refreshSeconds)
    .header('content-security-policy', NOTICE_CSP)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refreshSeconds}">
<title>${escapeHtml(title)} · Millrace</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 20vh auto 0; max-width: 34rem; padding: 0 1rem; }
h1 { font-size: 22px; font-weight: 600; }
</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)} This page looks again by itself.</p>
</html>
`);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
