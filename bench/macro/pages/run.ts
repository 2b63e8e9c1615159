/**
 * `npm run scale:ui -- [--connectors 2000] [--running 20] [--topics 2000] [--records 10000000] [--no-record]`: the pages over much. See README.md.
 */
import { parseArgs } from 'node:util';
import { browserUnavailable, eventually, openBrowser } from '@millrace/test/support';
import { circumstances } from '../../measure/machine.ts';
import { record } from '../../measure/record.ts';
import { spreadOf, spreadText } from '../../measure/spread.ts';
import { firstPageBytes, frameMs, interactiveMs, newestMs, untilNamedMs } from './page-figures.ts';
import { sinkName, startStack } from './stack.ts';

const COMMAND = 'npm run scale:ui';
const BUILD_TIMEOUT_MS = 300_000;

const { values } = parseArgs({
  options: {
    connectors: { type: 'string', default: '2000' },
    running: { type: 'string', default: '20' },
    topics: { type: 'string', default: '2000' },
    records: { type: 'string', default: '10000000' },
    runs: { type: 'string', default: '5' },
    'no-record': { type: 'boolean' },
  },
});
const missing = browserUnavailable();
if (missing) throw new Error(missing);
const size = {
  connectors: Number(values.connectors),
  running: Number(values.running),
  topics: Number(values.topics),
  records: Number(values.records),
};
const runs = Number(values.runs);
const where = circumstances();

interface Row {
  readonly what: string;
  readonly figures: readonly number[];
  readonly bound: number;
  readonly unit: 'ms' | 'kB';
}

const rows: Row[] = [];
function note(what: string, figures: readonly number[], bound: number, unit: Row['unit']): void {
  rows.push({ what, figures, bound, unit });
  console.log(`${what}: ${figures.map((figure) => figure.toFixed(0)).join(', ')} ${unit}`);
}

const stack = await startStack(size);
const browser = await openBrowser();
try {
  const { ui } = stack.millrace;
  await eventually(async () => (await fetch(ui)).ok, { what: 'the page', timeoutMs: BUILD_TIMEOUT_MS });
  for (const [path, selector] of [
    ['', 'table.data tbody tr[data-row]'],
    ['pipelines', 'main .graph, main table.data tbody tr'],
    ['connectors', 'table.data tbody tr[data-row]'],
    [`connectors/${sinkName(0)}`, '.facts-list dd'],
    ['topics', 'table.data tbody tr[data-row]'],
    ['topics/large', 'table.records tbody tr[data-row]'],
    ['groups', 'table.data tbody tr[data-row]'],
    ['plugins', 'table.data tbody tr[data-row]'],
    ['cluster', 'table.data tbody tr'],
    ['create', '.gallery-card'],
  ] as const) {
    const figures: number[] = [];
    for (let run = 0; run < runs; run++) figures.push(await interactiveMs(browser, `${ui}${path}`, selector));
    note(`/${path}, interactive`, figures, 1_000, 'ms');
  }
  note('newest 50 messages', await newestMs(browser, ui, runs), 300, 'ms');
  note('95th of 100 frames of a scroll', [await frameMs(browser, `${ui}connectors`)], 34, 'ms');
  const seen = await untilNamedMs(browser, ui, sinkName(0), () => stack.spoil(0));
  note('a sink that fails, named without reload', [seen], 2_000, 'ms');
  note('first page, gzipped', [(await firstPageBytes(browser, ui)) / 1_000], 500, 'kB');
} finally {
  await browser.close();
  await stack.close();
}

const table = [
  '| figure | median (least–most) | bound | holds |',
  '| --- | --- | --- | --- |',
  ...rows.map(({ what, figures, bound, unit }) => {
    const spread = spreadOf(figures);
    return `| ${what} | ${spreadText(spread, 0)} ${unit} | ${bound} ${unit} | ${spread.median <= bound ? 'yes' : 'no'} |`;
  }),
].join('\n');
console.log(`\n${table}`);
if (!values['no-record'])
  record(
    {
      title: 'Pages at scale',
      command: COMMAND,
      folder: 'pages',
      about: `${size.connectors} connectors of which ${size.running} run, ${size.topics} topics, ${size.records} records in one more.`,
    },
    where,
    { tables: table, results: { size, rows } },
  );
if (rows.some(({ figures, bound }) => spreadOf(figures).median > bound)) process.exitCode = 1;
