import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryStore } from './memory-store.ts'
import { expect, test } from './strata.ts'
import type { StrataWindow } from './strata-window.ts'

/** Opens a key in a tab of its own. */
async function openTab(window: StrataWindow, key: string): Promise<void> {
  await window.page.keyboard.press('Control+p')
  const dialog = window.page.getByRole('dialog', { name: 'Go to key' })
  await dialog.getByRole('combobox', { name: 'Key' }).fill(key)
  await window.page.keyboard.press('Control+Enter')
  await expect(dialog).toBeHidden()
}

test('W30 tabs with equal titles show their path, by mouse and keyboard', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  for (const name of ['a', 'b/a', 'c']) {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'package.json'), `{"in": "${name}"}`)
  }
  await open({ type: 'folder', path: folder })
  for (const key of ['/a/package.json', '/b/a/package.json', '/c/package.json']) await openTab(window, key)
  const tabs = page.getByRole('tablist', { name: 'Open tabs' }).getByRole('tab')
  await expect(tabs).toHaveText(['package.json/a', 'package.json/b/a', 'package.json/c'])
  await window.tab('/b/a').click()
  await expect(window.value).toContainText('"b/a"')
})

test('W31 many tabs are in a list, which opens by keyboard, and the strip shows that it continues', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const names = Array.from({ length: 14 }, (_, index) => `file number ${index + 10}.txt`)
  for (const name of names) await writeFile(join(folder, name), name)
  await open({ type: 'folder', path: folder })
  for (const name of names) await openTab(window, `/${name}`)
  const strip = page.locator('[data-region=tabs]')
  await expect(strip).toHaveAttribute('data-more', 'start')
  await page.getByRole('button', { name: 'List of tabs' }).press('Enter')
  const list = page.getByRole('menu', { name: 'List of tabs' })
  await expect(list.getByRole('menuitem')).toHaveCount(14)
  await page.keyboard.press('Enter')
  await expect(window.tab(names[0] ?? '')).toHaveAttribute('aria-selected', 'true')
  await expect(window.tab(names[0] ?? '')).toBeFocused()
  await expect(strip).toHaveAttribute('data-more', 'end')
  // One close button for each tab, and none for the strip.
  await expect(page.getByRole('button', { name: 'Close tab' })).toHaveCount(0)
})

test('W30 stacks of one name show their path, in the list and in the switcher', async ({
  strata: { open, window },
  folder,
}) => {
  for (const place of ['one', 'two']) {
    const path = join(folder, place, 'x')
    await mkdir(path, { recursive: true })
    await open({ type: 'folder', path })
  }
  const list = window.page.getByRole('grid', { name: 'Saved stacks' })
  await expect(list.getByRole('row').filter({ hasText: '…/one' })).toBeVisible()
  await expect(list.getByRole('row').filter({ hasText: '…/two' })).toBeVisible()
  await window.page.getByRole('button', { name: /^Stack switcher/ }).click()
  const entry = window.page.getByRole('menuitem').filter({ hasText: join(folder, 'one', 'x') })
  // The start is cut off if there is no room, not moved to the end.
  await expect(entry.locator('bdi')).toHaveCSS('direction', 'ltr')
  await entry.click()
  await expect(window.page.getByRole('main')).toContainText(join(folder, 'one', 'x'))
})

const NAME = 'na\u202eme\n.txt'
const SHOWN = 'naU+202Eme\\n.txt'

test('W34 invisible characters are shown as signs in each part of the window', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await writeFile(join(folder, NAME), 'x')
  await writeFile(join(folder, '\u00e9.txt'), 'composed')
  await writeFile(join(folder, 'e\u0301.txt'), 'decomposed')
  await open({ type: 'folder', path: folder })
  await expect(window.keys.getByRole('treeitem').filter({ hasText: 'NFD' })).toHaveCount(1)
  await window.goTo(`/${SHOWN}`)
  await expect(window.tab(SHOWN)).toBeVisible()
  await expect(window.inspector).toContainText(`/${SHOWN}`)
  await window.append('y')
  await page.keyboard.press('Control+s')
  await expect(window.notifications).toContainText(SHOWN)
  await window.append('z')
  await window.tab(SHOWN).press('Delete')
  const question = page.getByRole('alertdialog')
  await expect(question).toContainText(SHOWN)
  await question.getByRole('button', { name: 'Cancel' }).click()
  await window.row('\u00e9.txt').click()
  await page.keyboard.press('Control+p')
  await page.keyboard.type('txt')
  await expect(page.getByRole('option').filter({ hasText: SHOWN })).toBeVisible()
  await page.keyboard.press('Escape')
  await window.goTo('/')
  await expect(page.getByRole('grid', { name: 'Children' })).toContainText(SHOWN)
})

test('W35 a key of 5,000 letters keeps dialogs within the window', async ({ strata: { show, window } }) => {
  const { page } = window
  const key = `/${'k'.repeat(4990)}.json`
  await show('memory', await memoryStore([key]))
  await window.keys.focus()
  await page.keyboard.press('ArrowDown')
  for (const open of ['Shift+F10', 'Alt+n', 'Control+p']) {
    await page.keyboard.press(open)
    const box = await page.locator('[role=dialog], [role=menu]').last().boundingBox()
    expect(box?.y).toBeGreaterThanOrEqual(0)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(800)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1280)
    await page.keyboard.press('Escape')
    await expect(page.locator('[role=dialog], [role=menu]')).toHaveCount(0)
  }
  await window.row(key.slice(1)).click()
  await expect(window.tab(/^k+….*\.json$/)).toBeVisible()
})

test('W43 the middle button opens rows of the tree and of tables in tabs of their own', async ({
  strata: { open, window },
  folder,
}) => {
  for (const name of ['a.txt', 'b.txt', 'c.txt']) await writeFile(join(folder, name), name)
  await open({ type: 'folder', path: folder })
  await window.row('a.txt').click({ button: 'middle' })
  await window.row('b.txt').click({ button: 'middle' })
  const tabs = window.page.getByRole('tablist', { name: 'Open tabs' }).getByRole('tab')
  await expect(tabs).toHaveText(['a.txt', 'b.txt'])
  await window.goTo('/')
  const row = window.page
    .getByRole('grid', { name: 'Children' })
    .getByRole('row')
    .filter({ hasText: 'c.txt' })
  await row.getByRole('button', { name: 'c.txt' }).click({ button: 'middle' })
  await expect(window.tab('c.txt')).toHaveAttribute('aria-selected', 'true')
  await row.waitFor({ state: 'hidden' })
  await window.tab('/').click()
  await row.click({ button: 'right' })
  await expect(window.page.getByRole('menu', { name: 'Actions for the chosen keys' })).toBeVisible()
})
