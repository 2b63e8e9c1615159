/** One family of metrics, as Prometheus knows them. */
export interface MetricDef {
  /** A counter only rises while its process lives; a gauge is what holds now. */
  readonly kind: 'counter' | 'gauge';
  /** One sentence, with the unit. */
  readonly help: string;
  readonly labels: readonly string[];
}

/** Families by their names. A worker or broker has one such table; its page in the docs is made of it. */
export type MetricDefs = { readonly [name: string]: MetricDef };

/** Adds one figure to the page that is being made. */
export type PutMetric<D extends MetricDefs> = (
  name: keyof D & string,
  value: number,
  labels?: { readonly [label: string]: string },
) => void;

/** The text that Prometheus reads, and its content type. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

/**
 * The page of `GET /metrics`. Nothing is kept between two pages: `collect` says all that holds now, so that a task which has
 * gone leaves no line behind, and a process that nobody asks pays nothing. Beside it stand `process_*` and `nodejs_*` of this process.
 *
 * @throws {Error} where `collect` puts a family or label that is not defined
 */
export async function metricsText<const D extends MetricDefs>(
  defs: D,
  collect: (put: PutMetric<D>) => void,
): Promise<MetricsText> {
  const { Registry, Gauge, Counter } = await import('prom-client');
  const registry = new Registry();
  const families = new Map<string, (labels: { [label: string]: string }, value: number) => void>();
  collect((name, value, labels = {}) => {
    let put = families.get(name);
    if (!put) {
      const def = defs[name];
      if (!def) throw new Error(`the metric ${name} is not defined`);
      const options = { name, help: def.help, labelNames: def.labels, registers: [registry] };
      if (def.kind === 'gauge') {
        const gauge = new Gauge(options);
        put = (of, figure) => gauge.set(of, figure);
      } else {
        const counter = new Counter(options);
        put = (of, figure) => counter.inc(of, figure);
      }
      families.set(name, put);
    }
    put(labels, value);
  });
  const [own, process] = await Promise.all([registry.metrics(), processMetrics()]);
  return { contentType: registry.contentType, text: `${own}\n${process}` };
}

let ofProcess: Promise<{ metrics(): Promise<string> }> | null = null;

/** Begins to watch the process with the first page: what nobody reads is not measured. */
async function processMetrics(): Promise<string> {
  ofProcess ??= import('prom-client').then(({ Registry, collectDefaultMetrics }) => {
    const register = new Registry();
    collectDefaultMetrics({ register });
    return register;
  });
  return sinceTheStart(await (await ofProcess).metrics());
}

const EVENT_LOOP_LAG =
  /^(?:# (?:HELP|TYPE) )?nodejs_eventloop_lag_(?:min|max|mean|stddev|p\d+)_seconds .*\n?/gm;

/**
 * prom-client counts CPU time from its own first page on; the process knows it since its start. Between two pages that come close
 * together the delay of the event loop was not sampled: then its figures are left out, instead of NaN and the largest number.
 */
function sinceTheStart(text: string): string {
  const { user, system } = process.cpuUsage();
  const seconds = new Map([
    ['user_', user / 1e6],
    ['system_', system / 1e6],
    ['', (user + system) / 1e6],
  ]);
  const own = text.replace(
    /^process_cpu_(user_|system_|)seconds_total .*$/gm,
    (_, kind: string) => `process_cpu_${kind}seconds_total ${seconds.get(kind) ?? 0}`,
  );
  return /^nodejs_eventloop_lag_mean_seconds NaN$/im.test(own) ? own.replace(EVENT_LOOP_LAG, '') : own;
}

/** The reference of a table of families, as Markdown. */
export function metricsReference(defs: MetricDefs): string {
  const rows = Object.entries(defs).map(([name, { kind, help, labels }]) => [
    `\`${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  const head = ['name', 'kind', 'labels', 'meaning'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
