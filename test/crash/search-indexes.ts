import { type Table, topicOf } from './tables.ts';

const PAGE = 5_000;

interface Page {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly { readonly _source: Readonly<Record<string, unknown>> }[] };
}

/** What the sink's indexes hold, asked of the server itself. */
export class SearchIndexes {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** How many operations the indexes of these topics have taken; 0 while the server does not answer. */
  async operations(topics: readonly string[]): Promise<number> {
    const path = `/${topics.join(',')}/_stats/indexing,docs?ignore_unavailable=true`;
    const answer = (await this.#ask('GET', path).catch(() => null)) as {
      readonly _all?: {
        readonly primaries?: { readonly indexing?: { index_total: number; delete_total: number } };
      };
    } | null;
    const { index_total: written = 0, delete_total: deleted = 0 } = answer?._all?.primaries?.indexing ?? {};
    return written + deleted;
  }

  /** Version and mark of each document, by topic and key. */
  async documents(tables: readonly Table[]): Promise<ReadonlyMap<string, string>> {
    const all = new Map<string, string>();
    for (const { name, key } of tables) {
      const topic = topicOf(name);
      await this.#ask('POST', `/${topic}/_refresh`);
      let page = (await this.#ask('POST', `/${topic}/_search?scroll=5m`, { size: PAGE })) as Page;
      while (page.hits.hits.length > 0) {
        for (const { _source: source } of page.hits.hits)
          all.set(
            `${topic} ${key.map((column) => source[column]).join('/')}`,
            `${source.version} ${source.mark}`,
          );
        page = (await this.#ask('POST', '/_search/scroll', {
          ...{ scroll: '5m', scroll_id: page._scroll_id },
        })) as Page;
      }
    }
    return all;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }
}
