import { connectionProblems, definePlugins, defineSource, MillraceError, pause } from '@millrace/sdk';
import { config } from './config.ts';

/** What the API answers to `GET url?after=ID`: the entries behind that one, in their order. */
interface Entry {
  readonly id: number;
  readonly key: string;
  readonly value: string | null;
}

async function entriesAfter(url: string, id: number, signal: AbortSignal): Promise<readonly Entry[]> {
  try {
    const response = await fetch(`${url}?after=${id}`, { signal, headers: { connection: 'close' } });
    if (response.ok) return (await response.json()) as Entry[];
    throw new Error(`it answered ${response.status}`);
  } catch (cause) {
    // Transient: the runtime starts the task again, with longer and longer waits.
    // fetch says "fetch failed", and why only in its cause.
    const within = (cause as Error).cause as (Error & { readonly code?: string }) | undefined;
    const reason = within?.message || within?.code || cause;
    throw new MillraceError(`${url} can't be read: ${reason}.`, {
      ...{ code: 'API_NOT_READ', class: 'transient', path: 'url', cause },
      hint: 'Check the address, and that its server runs.',
    });
  }
}

export default definePlugins({
  name: '@millrace/template',
  plugins: [
    defineSource({
      class: 'TemplateSource',
      version: '0.1.0',
      docs: 'Reads entries from an HTTP API, in their order.',
      config,
      validate: ({ url }, signal) =>
        connectionProblems('url', async () => (await entriesAfter(url, 0, signal)) && []),
      taskConfigs: () => [{}],
      createTask({ config: { url, topic, ...options }, offset, signal }) {
        const sourcePartition = { url };
        let last = 0;
        return {
          async start() {
            // What is stored is durable: everything after it comes again, and nothing before.
            last = Number((await offset(sourcePartition))?.id ?? 0);
            await entriesAfter(url, last, signal);
          },
          async poll() {
            const entries = await entriesAfter(url, last, signal).catch((error) => {
              if (signal.aborted) return [];
              throw error;
            });
            if (entries.length === 0) await pause(options['poll.interval.ms'], signal);
            last = entries.at(-1)?.id ?? last;
            return entries.map(({ id, key, value }) => ({
              ...{ topic, partition: null, key, value, headers: [], timestamp: null },
              ...{ sourcePartition, sourceOffset: { id } },
            }));
          },
          async stop() {},
        };
      },
    }),
  ],
});
