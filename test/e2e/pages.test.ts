import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  browserUnavailable,
  eventually,
  type Millrace,
  openBrowser,
  shoot,
  startMillrace,
} from '../support/index.ts';

const PAGE_TIMEOUT_MS = 60_000;

describe.skipIf(browserUnavailable())('the pages, on a broker and a worker of their own', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-pages-test-'));
    writeFileSync(join(folder, 'notes.txt'), 'first\nsecond\nthird\n');
    millrace = await startMillrace({ readyTimeoutMs: 90_000 });
    browser = await openBrowser();
    page = await newPage();
    await eventually(async () => (await fetch(millrace.ui)).ok, {
      what: 'the page is served',
      timeoutMs: 60_000,
    });
  });
  afterAll(async () => {
    await browser?.close();
    await millrace?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  async function newPage(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1360, height: 820 } });
    context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    const opened = await context.newPage();
    opened.on('pageerror', (error) => complaints.push(String(error)));
    // What the policy of the page refuses is said on the console.
    opened.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    return opened;
  }

  const goTo = (path: string) => page.goto(`${millrace.ui}${path}`);
  const step = (name: string) =>
    page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name });
  const state = (word: string) => page.locator('.head').getByText(word, { exact: true });

  test('before there is anything, each page says what belongs there and how it comes', async () => {
    for (const [path, text] of [
      ['', 'No pipelines yet'],
      ['pipelines', 'No pipelines yet'],
      ['connectors', 'No connectors yet'],
      ['topics', 'No topics yet'],
      ['groups?kind=share', 'No share groups yet'],
    ] as const) {
      await goTo(path);
      await page.locator('main').getByText(text).first().waitFor();
      await shoot(page, `${path.replace(/\?.*=/, '-') || 'home'}-empty`);
    }
  });

  test('a connector is made by a form, with real records beside it', async () => {
    await goTo('create');
    await page
      .getByRole('link', { name: /File.*source/ })
      .first()
      .click();
    await page.getByText('still needed').waitFor();
    await shoot(page, 'create-how');
    await page.getByLabel('Name of the connector').fill('notes');
    await page.locator('#field-file').fill(join(folder, 'notes.txt'));
    await page.locator('#field-topic').fill('notes');
    await state('valid').waitFor();
    const live = page.getByRole('complementary', { name: 'What it will do' });
    await live.getByText('"first"').first().waitFor();
    await live.getByText('makes the topic').waitFor();

    await step('Shape').click();
    await page.getByLabel('Add one of transforms').selectOption({ label: 'HoistField$Value' });
    await page.locator('#field-transforms\\.hoistField\\.field').fill('line');
    await live.getByText('"line"').first().waitFor();
    await live.getByText(/changes \d+ field/).waitFor();
    await shoot(page, 'create-shape');

    await step('Review').click();
    await page.getByText('The same from a terminal').click();
    await page.getByText('curl -X POST').first().waitFor();
    await page.getByText('makes the topic').waitFor();
    await shoot(page, 'create-review');
    await page.getByRole('button', { name: 'Create and start', exact: true }).click();
    await state('running').waitFor();
    expect(new URL(page.url()).pathname).toBe('/ui/connectors/notes');
  });

  test('the form and its JSON say the same, and what is wrong stands where it is', async () => {
    await goTo('create?class=PostgresSource');
    await page.getByLabel('Name of the connector').fill('broken');
    const port = page.locator('#field-database\\.port');
    await port.fill('papyrus');
    await page.getByRole('list', { name: 'Problems' }).getByText('database.port').first().waitFor();
    await shoot(page, 'create-wrong');
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await page.locator('.editor').getByText('papyrus').first().waitFor();
    await shoot(page, 'create-json');
    await page.getByRole('button', { name: 'YAML', exact: true }).click();
    const editor = page.locator('.editor .cm-content');
    await editor.getByText('papyrus').waitFor();
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# what the shop wrote down\n');
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    await port.fill('5433');
    await page.getByRole('button', { name: 'YAML', exact: true }).click();
    await editor.getByText('# what the shop wrote down').waitFor();
    await editor.getByText(/^database\.port: "5433"$/).waitFor();
    await shoot(page, 'create-yaml');
  });

  test('messages are found, looked at, and sent; the address shows the same to others', async () => {
    await goTo('topics/notes');
    const rows = page.locator('table.records tbody tr');
    await rows.getByText('second').waitFor();
    await page.getByLabel('Filter messages').fill('third');
    await page.getByLabel('Filter messages').press('Enter');
    await page.getByText(/1 match, \d+ records? looked at/).waitFor();
    await rows.first().click();
    const drawer = page.locator('.drawer');
    await drawer.getByText('"third"').waitFor();
    await shoot(page, 'message');

    const other = await newPage();
    await other.goto(page.url());
    await other.locator('.drawer').getByText('"third"').waitFor();
    await other.context().close();

    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send a message' }).click();
    await page.locator('#draft-Value:focus').waitFor();
    await page.keyboard.type('{"line": "by hand"}');
    await shoot(page, 'send');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    const sent = await page.getByText(/^Sent: partition 0, offset \d+\.$/).textContent();
    const offset = Number(/offset (\d+)/.exec(sent ?? '')?.[1]);
    await page.locator('#draft-Value').fill('{"line": "by hand, again"}');
    await page.getByLabel(/^Headers/).fill('no header');
    await page.getByText('The header “no header” is no name: value').waitFor();
    await page.getByLabel(/^Headers/).fill('by: hand');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText(`Sent: partition 0, offset ${offset + 1}.`).waitFor();
    await page.locator('#draft-Value').fill('');
    await page.getByTitle('It has no value: type one, or choose none (tombstone)').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await goTo('topics/notes');
    await rows.getByText('by hand').nth(1).waitFor();
  });

  test('messages are sought by a time, which the address holds for people of all zones', async () => {
    await goTo('topics/notes?from=time');
    const hourAgo = new Date(Date.now() - 3_600_000);
    const local = new Date(hourAgo.getTime() - hourAgo.getTimezoneOffset() * 60_000).toISOString();
    const field = page.locator('input[type=datetime-local]');
    await field.fill(local.slice(0, 16));
    await field.press('Enter');
    await eventually(async () => /time=[^&]*Z(?:&|$)/.test(decodeURIComponent(page.url())), {
      ...{ what: 'the moment in UTC in the address', timeoutMs: PAGE_TIMEOUT_MS },
    });
    await page.locator('table.records').getByText('first').waitFor();
    expect(await field.inputValue()).toContain(local.slice(0, 16));
    await page.getByLabel('Columns').fill('line');
    await page.getByLabel('Columns').press('Enter');
    await page.locator('table.records').getByRole('columnheader', { name: 'line' }).waitFor();
    expect(new URL(page.url()).searchParams.get('columns')).toBe('line');
    await shoot(page, 'messages-by-time');
  });

  test('live, messages come as they are written', async () => {
    await goTo('topics/notes?live=1');
    await page.getByText(/Live/).first().waitFor();
    await eventually(
      async () => {
        appendFileSync(join(folder, 'notes.txt'), `live ${Date.now()}\n`);
        return (await page.locator('table.records').getByText('live').count()) > 0;
      },
      { what: 'a message in the live tail', timeoutMs: PAGE_TIMEOUT_MS },
    );
    await page.getByText(/\d+ dropped/).waitFor();
    await shoot(page, 'live');
    await page.keyboard.press('.');
    const shown = await page.locator('table.records tbody tr').count();
    await eventually(
      async () => {
        appendFileSync(join(folder, 'notes.txt'), `live ${Date.now()}\n`);
        return (await page.getByText(/^Frozen: .*, \d+ came since, \d+ dropped$/).count()) > 0;
      },
      { what: 'what comes while it is frozen is counted', timeoutMs: PAGE_TIMEOUT_MS },
    );
    expect(await page.locator('table.records tbody tr').count()).toBe(shown);
    await shoot(page, 'live-frozen');
    await page.keyboard.press('.');
    await page.getByText(/^Live: /).waitFor();
    await eventually(async () => (await page.locator('table.records tbody tr').count()) > shown, {
      ...{ what: 'what came meanwhile', timeoutMs: PAGE_TIMEOUT_MS },
    });
  });

  test('a topic is made like another one, and goes when its name is typed', async () => {
    await goTo('topics/notes');
    await page.getByRole('button', { name: 'More for notes' }).click();
    await page.getByRole('menuitem', { name: 'Make another like it…' }).click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Create a topic like notes' });
    expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('notes-2');
    await shoot(page, 'topic-like');
    await dialog.getByLabel('Partitions').fill('0');
    await dialog.getByTitle('It has at least one partition').waitFor();
    await dialog.getByLabel('Partitions').fill('1');
    await dialog.getByRole('button', { name: 'Create the topic' }).click();
    await page.getByRole('heading', { name: /notes-2/ }).waitFor();
    await page.getByText('Nothing in this topic yet').waitFor();
    await shoot(page, 'topic-empty');
    await page.getByRole('button', { name: 'More for notes-2' }).click();
    await page.getByRole('menuitem', { name: 'Delete the topic…' }).click();
    const act = page.getByRole('button', { name: 'Delete the topic', exact: true });
    expect(await act.isDisabled()).toBe(true);
    await page.getByLabel(/^Type notes-2/).fill('notes-2');
    await shoot(page, 'topic-delete');
    await act.click();
    await page.getByRole('heading', { name: 'Topics' }).waitFor();
  });

  test('a topic that goes while somebody looks at it is said to be gone', async () => {
    const topics = `${millrace.rest}/api/v1/topics`;
    const made = await fetch(topics, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'passing' }),
    });
    expect(made.status).toBe(201);
    await goTo('topics/passing');
    await page.getByText('Nothing in this topic yet').waitFor();
    expect((await fetch(`${topics}/passing`, { method: 'DELETE' })).status).toBe(204);
    await page.getByText('There is no topic passing.').waitFor();
  });

  test('a config is changed after its difference was shown', async () => {
    await goTo('create?edit=notes&step=shape');
    await page.locator('#field-transforms\\.hoistField\\.field').fill('text');
    await state('valid').waitFor();
    await step('Review').click();
    const change = page.getByRole('row').filter({ hasText: 'transforms.hoistField.field' });
    await change.getByText('line').waitFor();
    await change.getByText('text').waitFor();
    await shoot(page, 'change-review');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await state('running').waitFor();
    await page.getByRole('link', { name: 'Config', exact: true }).click();
    await page
      .getByRole('row')
      .filter({ hasText: 'transforms.hoistField.field' })
      .getByText('text')
      .waitFor();
    await shoot(page, 'config');
  });

  test('what is typed is there again for whoever goes back and comes again', async () => {
    await goTo('create');
    await page
      .getByRole('link', { name: /File.*source/ })
      .first()
      .click();
    const name = page.getByLabel('Name of the connector');
    await name.fill('half-done');
    await page.goBack();
    await page.getByLabel('Filter connectors').waitFor();
    await page.goForward();
    await page.getByText('As you left it.').waitFor();
    expect(await name.inputValue()).toBe('half-done');
    await page.getByRole('button', { name: 'Begin anew' }).click();
    expect(await name.inputValue()).toBe('file-1');
    await page.getByText('As you left it.').waitFor({ state: 'detached' });
  });

  test('what somebody else has changed meanwhile is not taken back unseen', async () => {
    const patch = (config: object) =>
      fetch(`${millrace.rest}/connectors/notes/config`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(config),
      });
    await goTo('create?edit=notes&step=shape');
    const field = page.locator('#field-transforms\\.hoistField\\.field');
    await field.fill('words');
    expect((await patch({ 'errors.retry.timeout': '1000' })).status).toBe(200);
    await step('Review').click();
    const elsewhere = page.getByRole('alert').filter({ hasText: 'Changed elsewhere' });
    await elsewhere.getByText('errors.retry.timeout').waitFor();
    await shoot(page, 'changed-elsewhere');
    await page.getByRole('button', { name: 'Keep what is there now' }).click();
    await elsewhere.waitFor({ state: 'detached' });

    // Between the look at the difference and the act.
    expect((await patch({ 'errors.retry.timeout': '2000' })).status).toBe(200);
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText(/has changed since you looked at it/).waitFor();
    await elsewhere.getByText('errors.retry.timeout').waitFor();
    await page.getByRole('button', { name: 'Keep what is there now' }).click();
    await elsewhere.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await state('running').waitFor();
    const config = await (await fetch(`${millrace.rest}/connectors/notes/config`)).json();
    expect(config).toMatchObject({
      'transforms.hoistField.field': 'words',
      'errors.retry.timeout': '2000',
    });
  });

  test('acts say what became of them; positions move while it is stopped, and go back', async () => {
    await goTo('connectors/notes');
    await page.getByRole('button', { name: 'Pause notes' }).click();
    await state('paused').waitFor();
    await page.getByText('Pause: done').waitFor();
    await page.getByRole('button', { name: 'Stop notes' }).click();
    await page.getByRole('button', { name: 'Click again to stop' }).click();
    await state('stopped').waitFor();
    await page.getByRole('link', { name: 'Offsets', exact: true }).click();
    await page.getByText('notes.txt').first().waitFor();
    await shoot(page, 'offsets');
    await page.getByRole('button', { name: 'Back to the beginning…' }).click();
    await page.getByRole('button', { name: 'Forget the positions' }).click();
    await page.getByText('No position is stored').waitFor();
    await page.getByRole('button', { name: 'Put back what was before' }).click();
    await page.getByRole('button', { name: 'Put them back' }).click();
    await page.getByRole('table', { name: 'Positions' }).getByText('notes.txt').waitFor();
    await page.getByRole('button', { name: 'As curl and command line' }).click();
    await page.getByText('/connectors/notes/resume').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Start notes' }).click();
    await state('running').waitFor();
  });

  test('the palette and the keys lead anywhere', async () => {
    await goTo('topics');
    await page.getByRole('link', { name: 'notes', exact: true }).first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find and do' }).fill('connector notes');
    await page.getByRole('option', { name: /notes.*running/ }).waitFor();
    await shoot(page, 'palette');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /notes/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Connectors' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('note');
    expect(new URL(page.url()).search).toBe('?filter=note');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Overview', exact: true }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Next row, row before').waitFor();
    await shoot(page, 'keys');
  });

  test('a group says how far it is behind, and what moving it would do', async () => {
    const created = await fetch(`${millrace.rest}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'notes-out',
        config: { 'connector.class': 'FileSink', topics: 'notes', file: join(folder, 'out.jsonl') },
      }),
    });
    expect(created.status).toBe(201);
    await goTo('groups');
    await page.getByRole('link', { name: 'connect-notes-out' }).click({ timeout: 60_000 });
    await page.getByRole('table', { name: 'Partitions' }).getByRole('link', { name: 'notes' }).waitFor();
    await shoot(page, 'group');
    await page.getByRole('button', { name: 'Move the positions…' }).click();
    await page.getByText(/records? (is|are) read again/).waitFor();
    await shoot(page, 'group-move');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  test('a sink that never committed is behind by all that is in its topic', async () => {
    const created = await fetch(`${millrace.rest}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'notes-nowhere',
        // There are no schemas in it: no record can be read.
        config: {
          ...{ 'connector.class': 'FileSink', topics: 'notes', file: join(folder, 'nowhere.jsonl') },
          ...{ 'value.converter': 'JsonConverter', 'value.converter.schemas.enable': 'true' },
        },
      }),
    });
    expect(created.status, await created.text()).toBe(201);
    await goTo('connectors/notes-nowhere');
    await page
      .locator('.facts-list')
      .getByText(/^[1-9]\d* records in the worst partition/)
      .waitFor();
    await shoot(page, 'sink-never-committed');
  });

  test.each([
    ['pipelines', 'pipelines', 'notes-out'],
    ['connectors', 'connectors', 'notes-out'],
    ['connector', 'connectors/notes-out', 'at least once'],
    ['tasks', 'connectors/notes-out/tasks', 'running'],
    ['dead-letters', 'connectors/notes-out/dead-letters', 'keeps no dead letters'],
    ['logs', 'connectors/notes-out/logs', 'the task is'],
    ['preview', 'connectors/notes-out/preview', 'As it goes on'],
    ['topics', 'topics', 'notes'],
    ['partitions', 'topics/notes/partitions', 'broker'],
    ['topic-config', 'topics/notes/config', 'cleanup.policy'],
    ['plugins', 'plugins', 'HoistField'],
    ['plugin', 'plugins/FileSink', 'rotate.records'],
    ['readers', 'topics/notes/readers', 'connect-notes-out'],
    ['group-members', 'groups/connect-notes-out/members', '127.0.0.1'],
    ['config-history', 'connectors/notes/history', 'current'],
    ['cluster', 'cluster', '127.0.0.1'],
    ['broker-configs', 'cluster?broker=1', 'advertised.listeners'],
    ['workers', 'cluster/workers', 'notes'],
    ['loggers', 'cluster/loggers', 'root'],
    ['gallery', 'create', 'PostgreSQL'],
    ['unknown', 'nothing/here', 'no such page'],
    ['connector-missing', 'connectors/nobody', 'There is no connector nobody'],
    ['topic-missing', 'topics/nobody', 'To the topics'],
    ['group-missing', 'groups/nobody', 'To the groups'],
    ['share-group-missing', 'share-groups/nobody', 'There is no share group nobody'],
    ['topic-misnamed', `topics/${'x'.repeat(300)}`, 'To the topics'],
    ['edit-missing', 'create?edit=nobody', 'To the connectors'],
    ['class-missing', 'create?class=Nobody', 'choose another under What'],
  ])('everybody can use the page %s', async (name, path, text) => {
    await goTo(path);
    await page.locator('main').getByText(text).first().waitFor();
    await shoot(page, name);
  });

  test.each([
    ['narrow', 820],
    ['phone', 400],
  ])('on a %s screen nothing lies over anything else, or out of reach', async (name, width) => {
    const other = await newPage();
    await other.setViewportSize({ width, height: 820 });
    for (const [at, path, text] of [
      ['home', '', 'notes-out'],
      ['connector', 'connectors/notes-out', 'at least once'],
      ['topic', 'topics/notes', 'the newest \\d+'],
      ['create', 'create?class=PostgresSource', 'database.hostname'],
    ] as const) {
      await other.goto(`${millrace.ui}${path}`);
      await other.locator('main').getByText(new RegExp(text, 'i')).first().waitFor();
      await shoot(other, `${name}-${at}`);
      const wide = await other.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wide, `${at} is wider than the screen by`).toBeLessThanOrEqual(0);
      const cut = await other.evaluate(
        `[...document.querySelectorAll('.head *')].filter((one) => one.scrollWidth > one.clientWidth + 1
          && getComputedStyle(one).overflowX === 'hidden').map((one) => one.textContent)`,
      );
      expect(cut, `what is cut in the head of ${at}`).toEqual([]);
    }
    const field = await other.locator('#field-database\\.hostname').boundingBox();
    expect(field?.width, 'the width of a field').toBeGreaterThan(300);
    await other.context().close();
  });

  test('nothing was refused by the policy of the page, and no page broke', () => {
    expect(complaints).toEqual([]);
  });
});
