import { Agent, request } from 'node:http';

const BULK_DOCUMENTS = 2_000;

/** A document of the benchmark. */
export const documentOf = (n: number): string =>
  `{"id":${n},"name":"customer number ${n}","total":${(n % 10_000) / 100},"note":"the quick brown fox jumps over the lazy dog"}`;

/** Bulk requests with all documents, by their numbers as ids. */
export function bodiesOf(index: string, documents: number): readonly string[] {
  const bodies: string[] = [];
  for (let first = 0; first < documents; first += BULK_DOCUMENTS) {
    const count = Math.min(BULK_DOCUMENTS, documents - first);
    const lines = Array.from(
      { length: count },
      (_, n) => `{"index":{"_index":"${index}","_id":"${first + n}"}}\n${documentOf(first + n)}\n`,
    );
    bodies.push(lines.join(''));
  }
  return bodies;
}

/** Sends them all, so many at a time; the seconds that it took. @throws {Error} where a document was refused */
export async function sendBodies(url: string, bodies: readonly string[], atATime: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  const left = [...bodies].reverse();
  const startedMs = performance.now();
  try {
    await Promise.all(
      Array.from({ length: atATime }, async () => {
        for (let body = left.pop(); body !== undefined; body = left.pop()) await post(url, body, agent);
      }),
    );
    return (performance.now() - startedMs) / 1000;
  } finally {
    agent.destroy();
  }
}

function post(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/_bulk?filter_path=errors`,
      { method: 'POST', agent, headers: { 'content-type': 'application/x-ndjson' } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () =>
          text === '{"errors":false}' ? resolve() : reject(new Error(`bulk: ${answer.statusCode} ${text}`)),
        );
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });
}
