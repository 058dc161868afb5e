import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { axeViolations } from '../axe.ts'
import { expect, test } from './strata.ts'

const FILM = '/films/Film:Metropolis'

const drawingIn = (page: Page) => page.getByRole('region', { name: 'Drawing of the stack' })
const wayIn = (page: Page) => page.getByRole('status', { name: 'Way of the last read' })
const placesIn = (inspector: Locator) => inspector.getByRole('region', { name: 'Where it lives' })

async function closeTab(page: Page): Promise<void> {
  await page.getByRole('tab', { selected: true }).press('Delete')
}

async function expectNoViolation(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page, { within: ['main', 'aside'] }), colorScheme).toEqual([])
  }
}

/** The file below a folder that has exactly this text. */
async function fileWith(folder: string, text: string): Promise<string> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await readFile(path, 'utf8')) === text) return path
  }
  throw new Error(`no file in ${folder} has this text`)
}

test('O10 O22 the drawing names every node, and shows the last read, in words and in its nodes', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  const drawing = drawingIn(page)
  const nodes = drawing.getByRole('list', { name: 'Stores, from the top down' }).getByRole('button')
  const names = [
    'Tiers, tiered',
    'Cache, memory, 0 keys',
    'Shards, sharded',
    /^Shard A, folder, \d+ keys$/,
    /^Shard B, folder, \d+ keys$/,
  ]
  await expect(nodes).toHaveCount(5)
  for (const [index, name] of names.entries()) await expect(nodes.nth(index)).toHaveAccessibleName(name)

  await window.openText(FILM)
  await closeTab(page)
  await expect(wayIn(page)).toHaveText(/^Cache miss → Shard [AB] hit, [\d.]+ ms → copied to Cache$/)
  await expect(nodes.nth(1)).toHaveAccessibleName('Cache, memory, 1 key, not here, got a copy')
  await expect(
    drawing.getByRole('button', { name: /^Shard [AB], folder, \d+ keys, found in [\d.]+ ms$/ }),
  ).toHaveCount(1)
  await expect(drawing).toContainText(FILM)

  await drawing.getByRole('button', { name: 'Read again' }).click()
  await expect(wayIn(page)).toHaveText(/^Cache hit, [\d.]+ ms$/)
  await expect(nodes.nth(1)).toHaveAccessibleName(/^Cache, memory, 1 key, found in [\d.]+ ms$/)
  await expectNoViolation(page)
})

test('O11 a node of the drawing shows its description by keyboard', async ({ strata: { open, window } }) => {
  const { page } = window
  await open({ type: 'sample' })
  const node = drawingIn(page).getByRole('button', { name: /^Shard A, folder/ })
  await node.focus()
  await page.keyboard.press('Enter')
  await expect(node).toHaveAttribute('aria-pressed', 'true')
  await expect(drawingIn(page).getByRole('status')).toContainText(/Shard A.*files of a folder.*shard-a/)
  await page.keyboard.press('Space')
  await expect(node).toHaveAttribute('aria-pressed', 'false')
})

test('O12 "Where it lives" has a chip for each place, and shows the value of a place by keyboard', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.openText(FILM)
  const places = placesIn(window.inspector)
  await expect(places).toContainText('same value')
  await expect(places).toContainText(/Last read: Cache miss.*Shard [AB] hit/)
  const cache = places.getByRole('button', { name: /^Cache \d+ bytes copy · written/ })
  await expect(cache).toBeVisible()
  await expect(places.getByRole('button', { name: /^Shard [AB] \d+ bytes written/ })).toHaveCount(1)
  await cache.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Value in Cache' })
  await expect(dialog).toContainText('"Metropolis"')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(cache).toBeFocused()
  await expectNoViolation(page)
})

/** The first shard of the sample, which has the other one as a sibling. */
interface SampleDocument {
  readonly root: {
    readonly tiers: readonly [unknown, { readonly shards: readonly { readonly path: string }[] }]
  }
}

test('O13 O19 O20 a copy that differs from the store after a change by another program is marked, compared and taken', async ({
  strata: { open, window },
}) => {
  const { page } = window
  const { document } = await open({ type: 'sample' })
  await window.openText('/config/shop')
  const places = placesIn(window.inspector)
  await expect(places).toContainText('same value')
  const text = await window.text()
  const [shard = { path: '' }] = (document as unknown as SampleDocument).root.tiers[1].shards
  const changed = text.replace('{', '{ "changed": "by another program",')
  await writeFile(await fileWith(dirname(shard.path), text), changed)
  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')))
  await expect(places).toContainText('copies differ')
  await places.getByRole('button', { name: /^Shard [AB] / }).click()
  await expect(page.getByRole('dialog')).toContainText('by another program')
  await page.keyboard.press('Escape')
  await places.getByRole('button', { name: /^Cache .*another value/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Value in Cache' })
  await expect(dialog).toContainText('taxRate')
  await expect(dialog).not.toContainText('by another program')
  await page.keyboard.press('Escape')
  await expectNoViolation(page)

  // O19, O20: the value of the store is shown, and the chips above it show the copy, to compare and to take.
  await expect(window.value).toContainText('by another program')
  const chips = page.getByRole('main').getByRole('list', { name: 'Where it lives' })
  const chip = chips.getByRole('button', { name: /^Cache another value/ })
  await chip.focus()
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Compare' }).click()
  await expect(page.getByRole('textbox', { name: 'Value with the edits' })).toBeVisible()
  await expectNoViolation(page)
  await page.keyboard.press('Escape')
  await window.button('Revert').click()
  await chips.getByRole('button', { name: /^Cache/ }).click()
  await dialog.getByRole('button', { name: 'Take this value' }).click()
  await expect(places).toContainText('same value')
  expect(await readFile(await fileWith(dirname(shard.path), text), 'utf8')).toBe(text)
})

test('O17 the first page is beside the tabs, and shows the path of the last read', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.openText(FILM)
  await page.getByRole('button', { name: 'First page of the stack' }).click()
  await expect(page.getByRole('tab', { name: 'First page', selected: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'First page of the stack' })).toHaveAttribute(
    'aria-pressed',
    'true',
  )
  await expect(drawingIn(page)).toContainText(FILM)
  await page.reload()
  await expect(page.getByRole('tab', { name: 'First page', selected: true })).toBeVisible()
  await expect(drawingIn(page)).toBeVisible()
  await page.getByRole('tab', { name: 'Film:Metropolis' }).click()
  await expect(drawingIn(page)).toBeHidden()
  await page.keyboard.press('Alt+Shift+H')
  await expect(drawingIn(page)).toBeVisible()
  await expect(page.getByRole('tab')).toHaveCount(2)
})

test('O21 W85 the stack editor draws its draft, with labels for users', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await page.keyboard.press('Control+e')
  const drawing = page.getByRole('region', { name: 'Drawing of the draft' })
  const nodes = drawing.getByRole('button')
  await expect(nodes).toHaveCount(5)
  await drawing.getByRole('button', { name: 'Cache, Memory' }).click()
  const tree = page.getByRole('tree', { name: 'Stack' })
  await expect(tree.getByRole('treeitem', { name: /^Cache/ })).toHaveAttribute('aria-selected', 'true')
  const options = page.getByRole('region', { name: 'Options' })
  await expect(options.getByText('entries, at least 1')).toBeVisible()
  await options.getByRole('textbox', { name: 'Max entries' }).fill('100')
  await options.getByRole('combobox', { name: 'Policy' }).selectOption({ label: 'LRU' })
  await expect(nodes.nth(1)).toHaveAccessibleName('Cache, Memory · at most 100 entries · LRU, changed')
  await expect(tree.getByRole('treeitem', { name: /^Cache/ })).toContainText('at most 100 entries · LRU')
  await options.getByRole('textbox', { name: 'Max entries' }).fill('-1')
  await expect(nodes.nth(1)).toHaveAccessibleName(/has a problem$/)
  await expectNoViolation(page)
  await page.setViewportSize({ width: 640, height: 800 })
  await expect(nodes).toHaveCount(5)
})

test('O52 the drawing of a draft marks what is new, changed and removed, in words', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await page.keyboard.press('Control+e')
  const drawing = page.getByRole('region', { name: 'Drawing of the draft' })
  const changes = page.getByRole('status', { name: 'What the draft changes' })
  await expect(drawing.getByRole('button')).toHaveCount(5)
  await expect(changes).toHaveText('')
  await drawing.getByRole('button', { name: 'Cache, Memory' }).click()
  await page.getByRole('textbox', { name: 'Max entries' }).fill('100')
  await expect(drawing.getByRole('button', { name: /^Cache/ })).toHaveAccessibleName(
    'Cache, Memory · at most 100 entries, changed',
  )
  await drawing.getByRole('button', { name: /^Shard B/ }).click()
  await page.keyboard.press('Delete')
  await expect(drawing.getByRole('img', { name: /^Shard B.*, removed$/ })).toBeVisible()
  await expect(drawing.getByRole('button', { name: /^Shard B/ })).toHaveCount(0)
  await drawing.getByRole('button', { name: /^Shard A/ }).click()
  await page.keyboard.press('Control+d')
  await expect(drawing.getByRole('button', { name: /, new/ })).toHaveCount(1)
  await expect(changes).toHaveText('Draft: 1 new, 1 changed, 1 removed')
  await expectNoViolation(page)
  await page.getByRole('button', { name: 'Revert', exact: true }).click()
  await expect(changes).toHaveText('')
})

test('O56 the tree of a draft has the same marks as its drawing, by word and colour', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await page.keyboard.press('Control+e')
  const tree = page.getByRole('tree', { name: 'Stack' })
  const row = (name: RegExp) => tree.getByRole('treeitem', { name })
  await row(/^Cache/).click()
  await page.getByRole('textbox', { name: 'Max entries' }).fill('100')
  await expect(row(/^Cache/).getByText('changed', { exact: true })).toBeVisible()
  await row(/^Shard B/).click()
  await page.keyboard.press('Delete')
  await expect(row(/^Shard B.*removed$/)).toHaveAttribute('aria-disabled', 'true')
  await row(/^Shard A/).click()
  await page.keyboard.press('Control+d')
  await expect(tree.getByText('new', { exact: true })).toHaveCount(1)
  // Keys skip removed nodes.
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp')
  await expect(tree.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/^Shard A/)
  const words = () => tree.locator('[data-change]').allTextContents()
  expect(await words()).toEqual(['changed', 'removed', 'new'])
  await expectNoViolation(page)
  await page.getByRole('button', { name: 'Revert', exact: true }).click()
  await expect.poll(words).toEqual([])
})

test('O60 O61 the buttons of a drawing cover no node, and a duplicated node gets the next free name', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await page.keyboard.press('Control+e')
  const drawing = page.getByRole('region', { name: 'Drawing of the draft' })
  const zoom = page.getByRole('group', { name: 'Zoom of the drawing' })
  const changes = page.getByRole('status', { name: 'What the draft changes' })
  await page.getByRole('treeitem', { name: /^Cache/ }).click()
  await page.keyboard.press('Control+d')
  await expect(drawing.getByRole('button', { name: /^Cache 2,/ })).toBeVisible()
  await expect(changes).toHaveText('Draft: 1 new')
  await page.keyboard.press('Control+z')
  await expect(drawing.getByRole('button', { name: /^Cache 2,/ })).toBeHidden()
  await expect(changes).toHaveText('')
  await page.keyboard.press('Control+y')
  await expect(changes).toHaveText('Draft: 1 new')

  for (const [width, height] of [
    [1280, 800],
    [900, 600],
    [640, 800],
  ] as const) {
    await page.setViewportSize({ width, height })
    const isDrawn = await drawing.isVisible()
    // Below a height the draft is not drawn at all.
    expect(isDrawn).toBe(height >= 800)
    if (!isDrawn) continue
    await expect(zoom).toBeInViewport({ ratio: 1 })
    const [around, buttons, text] = [
      await drawing.boundingBox(),
      await zoom.boundingBox(),
      await changes.boundingBox(),
    ]
    const end = (around?.y ?? 0) + (around?.height ?? 0)
    expect(buttons?.y).toBeGreaterThanOrEqual(end)
    expect(text?.y).toBeGreaterThanOrEqual(end)
  }
})

test('O53 a large stack is zoomed and moved by mouse and by keyboard', async ({
  strata: { open, window },
}) => {
  const { page } = window
  const shards = Array.from({ length: 16 }, (_, index) => ({ kind: 'memory', label: `Shard ${index}` }))
  await open({ type: 'document', document: { strata: 1, name: 'Wide', root: { kind: 'sharded', shards } } })
  await page.keyboard.press('Control+e')
  const drawing = page.getByRole('region', { name: 'Drawing of the draft' })
  const zoom = page.getByRole('group', { name: 'Zoom of the drawing' })
  await expect(drawing.getByRole('button')).toHaveCount(17)
  await expect(zoom).toContainText('100 %')
  const top = () => drawing.evaluate(({ scrollTop }) => scrollTop)

  // The selected node is scrolled into view.
  await expect(drawing.getByRole('button', { name: 'Sharded' })).toBeInViewport()
  await page.keyboard.press('End')
  await expect(drawing.getByRole('button', { name: 'Shard 15' })).toBeInViewport()

  await drawing.focus()
  const before = await top()
  await page.keyboard.press('ArrowUp')
  await expect.poll(top).toBeLessThan(before)
  await page.keyboard.press('Control+0')
  await expect(zoom).not.toContainText('100 %')
  for (const name of ['Shard 0, Memory', 'Shard 15, Memory'])
    await expect(drawing.getByRole('button', { name, exact: true })).toBeInViewport()
  await page.keyboard.press('+')
  await page.keyboard.press('-')
  await zoom.getByRole('button', { name: 'Zoom in' }).click()
  await zoom.getByRole('button', { name: 'Fit the drawing' }).click()

  const { x, y, width, height } = (await drawing.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  await page.mouse.move(x + width / 2, y + height / 2)
  const shown = () => zoom.innerText()
  const fitted = await shown()
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -500)
  await page.keyboard.up('Control')
  await expect.poll(shown).not.toBe(fitted)
  // The page itself is as large as before.
  expect(await page.evaluate(() => visualViewport?.scale)).toBe(1)
  const start = await top()
  await page.mouse.move(x + 4, y + height - 30)
  await page.mouse.down()
  await page.mouse.move(x + 4, y + 20)
  await page.mouse.up()
  await expect.poll(top).toBeGreaterThan(start)
  await expectNoViolation(page)
})
