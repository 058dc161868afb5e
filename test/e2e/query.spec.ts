import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { Key } from '../../src/core/key.ts'
import { Datastore } from '../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'
import { axeViolations } from '../axe.ts'
import { CalledStore } from '../core/by-its-calls.ts'
import { listing } from './listing.ts'
import { startProgram } from './program.ts'
import { expect, type Strata, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

const FILMS: Readonly<Record<string, string>> = {
  'films/alien.json': '{ "year": 1979, "by": "Ridley Scott" }',
  'films/greed.json': '{ "year": 1924, "by": "Erich von Stroheim" }',
  'films/metropolis.json': '{ "year": 1927, "by": "Fritz Lang" }',
  'notes/lang.txt': 'Seen today:\nM, by Fritz Lang, once more',
  'still.png': '\u0089PNG\r\n',
}

async function filmsIn(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(FILMS)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

async function openFilms(strata: Strata, folder: string): Promise<Query> {
  await filmsIn(folder)
  await strata.open({ type: 'folder', path: folder })
  await strata.window.page.keyboard.press('Alt+Shift+f')
  return queryIn(strata.window.page)
}

interface Query {
  readonly page: Page
  readonly panel: Locator
  readonly value: Locator
  readonly run: Locator
  readonly rows: Locator
  readonly status: Locator
  readonly json: Locator
}

async function queryIn(page: Page): Promise<Query> {
  const panel = page.getByRole('tabpanel').filter({ visible: true })
  await expect(panel.getByRole('group', { name: 'Builder' })).toBeVisible()
  return {
    page,
    panel,
    value: panel.getByRole('textbox', { name: 'Value' }),
    run: panel.getByRole('button', { name: /^Run/ }),
    rows: panel.getByRole('grid', { name: 'Results' }).locator('[data-row]'),
    status: panel.getByRole('status'),
    json: panel.getByRole('textbox', { name: 'Same query as JSON' }),
  }
}

test('G41 G50 W91 a text inside values is found by keyboard only, and the cost is shown before', async ({
  strata,
  folder,
}) => {
  const { page, panel, value, rows, status } = await openFilms(strata, folder)
  await expect(panel.getByRole('note')).toHaveText('This reads every value.')
  await expect(status).toHaveCount(0)
  await expect(value).toBeFocused()
  await page.keyboard.type('fritz lang')
  await page.keyboard.press('Enter')
  await expect(rows).toHaveText(['/films/metropolis.json', '/notes/lang.txt'])
  await expect(status).toContainText('2 hits')
  await expect(status).toContainText('5 of 5 keys looked at')
  await expect(panel.getByRole('row').nth(2)).toContainText('M, by Fritz Lang, once more')
  await expect(panel.getByRole('row').nth(2).locator('mark')).toHaveText('Fritz Lang')
  await page.keyboard.press('ArrowDown')
  await expect(rows.first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Control+c')
  await expect(strata.window.notifications).toContainText('Copied "/notes/lang.txt"')
  await page.keyboard.press('Enter')
  await expect(strata.window.value).toContainText('once more')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('/notes/lang.txt')
})

test('G41 G42 a query is built by mouse, read as JSON, changed there, and shown by the builder', async ({
  strata,
  folder,
}) => {
  const { panel, value, run, rows, json } = await openFilms(strata, folder)
  await panel.getByRole('combobox', { name: 'What is compared' }).selectOption('Field of the JSON')
  await panel.getByRole('textbox', { name: 'Path' }).fill('year')
  await panel.getByRole('combobox', { name: 'How it is compared' }).selectOption('below')
  await value.fill('1930')
  await panel.getByRole('combobox', { name: 'Sorted by' }).selectOption('year')
  await panel.getByRole('combobox', { name: 'Direction' }).selectOption('last to first')
  await run.click()
  await expect(rows).toHaveText(['/films/metropolis.json', '/films/greed.json'])
  await expect(panel.getByRole('row').nth(1)).toContainText('1927')
  await panel.getByRole('button', { name: 'JSON', exact: true }).click()
  const query = JSON.parse(await json.inputValue()) as Record<string, unknown>
  expect(query).toEqual({
    where: { field: 'year', op: '<', value: 1930 },
    orderBy: [{ field: 'year', descending: true }],
    limit: 10_000,
  })
  const nested = {
    or: [{ not: { or: [{ field: 'year', op: 'exists' }] } }, { field: 'year', op: '>', value: 1970 }],
  }
  await json.fill(JSON.stringify({ where: nested }))
  await expect(panel.getByRole('group', { name: 'Condition 1' })).toContainText('{"not":{"or":')
  await panel.getByRole('group', { name: 'Condition 2' }).getByRole('textbox', { name: 'Value' }).fill('1975')
  nested.or[1] = { field: 'year', op: '>', value: 1975 }
  await expect.poll(async () => JSON.parse(await json.inputValue()) as unknown).toEqual({ where: nested })
  await run.click()
  await expect(rows).toHaveText(['/films/alien.json', '/notes/lang.txt', '/still.png'])
})

test('G42 errors in the JSON are shown with their position, and no text is lost', async ({
  strata,
  folder,
}) => {
  const { panel, run, json } = await openFilms(strata, folder)
  await panel.getByRole('button', { name: 'JSON', exact: true }).click()
  const broken = '{\n  "prefix": "/films",\n  "limit": ten\n}'
  await json.fill(broken)
  await expect(panel.getByRole('alert')).toContainText('Line 3, column 12')
  await expect(run).toBeDisabled()
  await expect(json).toHaveValue(broken)
  await json.fill(
    '{\n  "where": { "and": [\n    { "field": "key", "op": "matches", "value": "(a" }\n  ] }\n}',
  )
  await expect(panel.getByRole('alert')).toContainText('Line 3, column')
  await panel.getByRole('alert').getByRole('button', { name: 'Show' }).click()
  expect(await json.evaluate((field: HTMLTextAreaElement) => getSelection()?.toString() ?? field.value)).toBe(
    '"(a"',
  )
})

test('G43 a query is stopped, and its hits stay', async ({ strata }) => {
  const store = new SlowStore()
  for (let index = 0; index < 2000; index++)
    await store.put(Key.of('k', String(index).padStart(4, '0')), new TextEncoder().encode('text'))
  await strata.show('Slow', new Datastore(new CalledStore(store)))
  const { page } = strata.window
  await page.getByRole('button', { name: 'Query', exact: true }).click()
  const { panel, value, rows, status } = await queryIn(page)
  store.isHeld = true
  await value.fill('text')
  await page.keyboard.press('Control+Enter')
  await expect(status).toContainText(/[1-9]\d* hits so far/)
  await panel.getByRole('button', { name: 'Stop' }).click()
  await expect(status).toContainText('stopped')
  await expect(status).not.toContainText('so far')
  await expect(rows.first()).toHaveText('/k/0000')
})

test('G44 rows are sorted, and show the current state of their keys', async ({ strata, folder }) => {
  const { page, panel, value, run, rows } = await openFilms(strata, folder)
  await panel.getByRole('combobox', { name: 'What is compared' }).selectOption('Key')
  await value.fill('/')
  await run.click()
  await expect(rows).toHaveCount(5)
  await panel.getByRole('button', { name: 'Size', exact: true }).click()
  await expect(rows.first()).toHaveText('/still.png')
  await expect(panel.getByRole('columnheader', { name: 'Size' })).toHaveAttribute('aria-sort', 'ascending')
  await panel.getByRole('button', { name: 'Size', exact: true }).click()
  await expect(rows.last()).toHaveText('/still.png')
  await rm(join(folder, 'still.png'))
  await strata.window.goTo('/films/greed.json')
  await strata.window.append(' ')
  await strata.window.save()
  await page.getByRole('tab', { name: 'Query' }).click()
  await expect(panel.getByRole('row').filter({ hasText: 'still.png' })).toContainText('deleted since')
  await expect(panel.getByRole('row').filter({ hasText: 'greed' })).toContainText('changed since')
  await panel.getByRole('button', { name: 'Copy all keys' }).click()
  await expect(strata.window.notifications).toContainText('Copied 5 keys')
  expect((await page.evaluate(() => navigator.clipboard.readText())).split('\n')).toHaveLength(5)
})

test('G48 B13 B14 hits are selected by keyboard and moved, and the move is undone', async ({
  strata,
  folder,
}) => {
  const { page, panel, value, rows } = await openFilms(strata, folder)
  const before = await listing(folder)
  const { keyboard } = page
  await value.fill('Lang')
  await keyboard.press('Control+Enter')
  await expect(rows).toHaveCount(2)
  await rows.first().focus()
  await keyboard.press('Control+a')
  const chosen = panel.getByRole('group', { name: 'Chosen keys' })
  await expect(chosen).toContainText('2 chosen')
  await expect(panel.getByRole('row', { selected: true })).toHaveCount(2)
  await keyboard.press('Control+Shift+m')
  const dialog = page.getByRole('dialog', { name: /^Move/ })
  await dialog.getByRole('textbox', { name: /^To, in/ }).fill('/of-lang')
  await expect(dialog.getByRole('checkbox', { name: 'Keep the branches below /' })).toBeChecked()
  await dialog.getByText('Show 2 keys').click()
  await expect(dialog.getByText('/of-lang/films/metropolis.json')).toBeVisible()
  await dialog.getByRole('textbox', { name: /^To, in/ }).press('Enter')
  await expect(strata.window.notifications).toContainText('Moved 2 keys')
  expect(await readFile(join(folder, 'of-lang/notes/lang.txt'), 'utf8')).toBe(FILMS['notes/lang.txt'])
  await expect(panel.getByRole('row').filter({ hasText: 'lang.txt' })).toContainText('deleted since')
  await strata.window.notifications.getByRole('button', { name: 'Undo' }).click()
  await expect(strata.window.notifications).toContainText('Undid')
  expect(await listing(folder)).toEqual(before)
})

test('G48 B13 hits are selected by mouse and deleted, and no other key is', async ({ strata, folder }) => {
  const { page, panel, value, run, rows } = await openFilms(strata, folder)
  await panel.getByRole('combobox', { name: 'What is compared' }).selectOption('Key')
  await value.fill('/films')
  await run.click()
  await expect(rows).toHaveCount(3)
  await rows.nth(0).click()
  await page.getByRole('tab', { name: 'Query' }).click()
  await rows.nth(2).click({ modifiers: ['Control'] })
  await expect(panel.getByRole('row', { selected: true })).toHaveCount(2)
  await rows.nth(2).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Delete 2 keys' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Delete 2 keys' })
  await dialog.getByRole('button', { name: 'Delete 2 keys' }).click()
  await expect(strata.window.notifications).toContainText('Deleted 2 keys')
  expect(await readdir(join(folder, 'films'))).toEqual(['greed.json'])
  await rows.nth(2).focus()
  await page.keyboard.press('Shift+ArrowUp')
  await expect(panel.getByRole('group', { name: 'Chosen keys' })).toContainText('2 chosen')
  await panel.getByRole('button', { name: 'Choose none' }).click()
  await expect(panel.getByRole('row', { selected: true })).toHaveCount(1)
})

test('G45 G47 a query is opened from a branch, from "Filter keys" and from "Go to key"', async ({
  strata,
  folder,
}) => {
  await filmsIn(folder)
  await strata.open({ type: 'folder', path: folder })
  const { page } = strata.window
  await strata.window.row('films').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Search in this branch…' }).click()
  const inBranch = await queryIn(page)
  await expect(inBranch.panel.getByRole('textbox', { name: 'Below' })).toHaveValue('/films')
  await expect(inBranch.panel.getByRole('note')).toContainText('This reads every value below /films')
  await page.keyboard.press('Control+Shift+f')
  await page.keyboard.type('LANG')
  await page.getByRole('search').getByRole('button', { name: 'Open as a query' }).click()
  const ofFilter = await queryIn(page)
  await ofFilter.run.click()
  await expect(ofFilter.rows).toHaveText(['/notes/lang.txt'])
  await page.keyboard.press('Control+p')
  const dialog = page.getByRole('dialog', { name: 'Go to key' })
  await page.keyboard.type('fimetrojs')
  await expect(dialog.getByRole('option').first()).toContainText(
    `${FILMS['films/metropolis.json']?.length} bytes`,
  )
  await dialog.getByRole('button', { name: 'Open as a query' }).click()
  const ofKey = await queryIn(page)
  await ofKey.run.click()
  await expect(ofKey.rows).toHaveText(['/films/metropolis.json'])
})

test('G46 saved and recent queries, and the tab itself, are restored after a restart', async ({
  page,
  folder,
}) => {
  const [data, content] = [join(folder, 'data'), join(folder, 'content')]
  await filmsIn(content)
  const first = await startProgram(data, [content])
  const window = new StrataWindow(page)
  await window.open(first.address)
  await page.keyboard.press('Alt+Shift+f')
  const before = await queryIn(page)
  await before.value.fill('fritz')
  await page.keyboard.press('Control+Enter')
  await expect(before.rows).toHaveCount(2)
  await before.panel.getByRole('button', { name: 'Save query…' }).click()
  await page.keyboard.type('By Lang')
  await page.keyboard.press('Enter')
  await expect(window.tab('By Lang')).toBeVisible()
  await page.goto('about:blank')
  await first.stop()
  const second = await startProgram(data, [content])
  await window.open(second.address)
  await window.tab('By Lang').click()
  const after = await queryIn(page)
  await expect(after.value).toHaveValue('fritz')
  await after.value.fill('other')
  await after.panel.getByRole('button', { name: 'Queries' }).click()
  await expect(page.getByRole('menuitem', { name: /"fritz"/ })).toBeVisible()
  await page.getByRole('menuitem', { name: 'By Lang', exact: true }).click()
  await expect(after.value).toHaveValue('fritz')
  await after.run.click()
  await expect(after.rows).toHaveCount(2)
  await page.close()
  await second.stop()
})

test('G41 axe finds no violations in the query tab, in light and in dark', async ({ strata, folder }) => {
  test.slow()
  const { page, panel, value, rows } = await openFilms(strata, folder)
  await panel.getByRole('button', { name: 'JSON', exact: true }).click()
  await value.fill('lang')
  await page.keyboard.press('Control+Enter')
  await expect(rows).toHaveCount(2)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const within = ['[role=tabpanel]:not([hidden])']
    expect(await axeViolations(page, { within, from: 'moderate' }), colorScheme).toEqual([])
  }
})

/** Yields some values, and no more while it is held. */
class SlowStore extends MemoryDatastore {
  isHeld = false
  #given = 0

  override async get(...args: Parameters<MemoryDatastore['get']>): Promise<Uint8Array> {
    if (this.isHeld && ++this.#given > 500)
      await new Promise(resolve => args[1]?.signal?.addEventListener('abort', resolve))
    return super.get(...args)
  }
}
