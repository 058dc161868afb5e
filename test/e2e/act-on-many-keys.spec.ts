import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeViolations } from '../axe.ts'
import { listing } from './listing.ts'
import { expect, test } from './strata.ts'

/** All violations, even moderate ones. */
async function expectNoViolations(page: Page): Promise<void> {
  expect(await axeViolations(page)).toEqual([])
}

async function fill(folder: string): Promise<void> {
  await mkdir(join(folder, 'films', 'old'), { recursive: true })
  await mkdir(join(folder, 'archive'), { recursive: true })
  for (let index = 0; index < 8; index++)
    await writeFile(join(folder, 'films', `f${index}.json`), `{"n":${index}}`)
  await writeFile(join(folder, 'films', 'old', 'a.txt'), 'a')
  await writeFile(join(folder, 'archive', 'f1.json'), 'it was there')
}

test('B11 keys are selected by mouse, renamed by a pattern, and the rename is undone', async ({
  strata: { open, window },
  folder,
}) => {
  await fill(folder)
  const before = await listing(folder)
  await open({ type: 'folder', path: folder })
  const { page } = window
  await window.row('films').click()
  await window.row('f2.json').click()
  await window.row('f4.json').click({ modifiers: ['Shift'] })
  await window.row('f6.json').click({ modifiers: ['Control'] })
  await expect(window.keys).toHaveAttribute('aria-multiselectable', 'true')
  await expect(window.keys.getByRole('treeitem', { selected: true })).toHaveCount(4)
  await window.row('f3.json').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Rename by pattern' }).click()
  const dialog = page.getByRole('dialog', { name: /^Rename/ })
  await dialog.getByRole('textbox', { name: 'Find' }).fill('f*.json')
  await dialog.getByRole('textbox', { name: 'New name' }).fill('film-*.txt')
  await expect(dialog.getByText('/films/film-3.txt')).toBeVisible()
  await dialog.getByRole('button', { name: 'Rename 4 keys' }).click()
  await expect(window.notifications).toContainText('Renamed 4 keys')
  expect((await readdir(join(folder, 'films'))).filter(name => name.startsWith('film-'))).toEqual([
    'film-2.txt',
    'film-3.txt',
    'film-4.txt',
    'film-6.txt',
  ])
  await window.notifications.getByRole('button', { name: 'Undo' }).click()
  await expect(window.notifications).toContainText('Undid')
  expect(await listing(folder)).toEqual(before)
})

test('B11 by keyboard, keys are cut and pasted over an existing one, then deleted, and all is undone', async ({
  strata: { open, window },
  folder,
}) => {
  await fill(folder)
  await open({ type: 'folder', path: folder })
  const { page } = window
  const { keyboard } = page
  await window.row('films').click()
  await window.row('f0.json').click()
  await keyboard.press('Shift+ArrowDown')
  await keyboard.press('Control+ArrowDown')
  await keyboard.press('Control+ArrowDown')
  await keyboard.press('Control+Space')
  await expect(window.keys.getByRole('treeitem', { selected: true })).toHaveCount(3)
  await keyboard.press('Control+x')
  await expect(window.notifications).toContainText('Cut 3 keys')
  await keyboard.press('Home')
  await expect(window.row('archive')).toHaveAttribute('aria-selected', 'true')
  await keyboard.press('Control+v')
  const dialog = page.getByRole('dialog', { name: 'Move 3 keys' })
  await expect(dialog).toContainText('1 of them exists there already')
  await dialog.getByRole('radio', { name: 'Keep both' }).check()
  await dialog.getByRole('button', { name: 'Move 3 keys' }).press('Enter')
  await expect(window.notifications).toContainText('Moved 3 keys')
  expect((await readdir(join(folder, 'archive'))).sort()).toEqual([
    'f0.json',
    'f1 (2).json',
    'f1.json',
    'f3.json',
  ])
  expect(await readFile(join(folder, 'archive', 'f1.json'), 'utf8')).toBe('it was there')

  const before = await listing(folder)
  await window
    .row('films')
    .focus()
    .catch(() => undefined)
  await keyboard.press('Control+a')
  await keyboard.press('Delete')
  const question = page.getByRole('alertdialog', { name: /^Delete/ })
  await expect(question).toContainText('Can be undone')
  await question.getByRole('button', { name: /^Delete \d+ keys/ }).press('Enter')
  await expect(window.notifications).toContainText('Deleted')
  expect(await readdir(folder)).toEqual([])
  await window.notifications.getByRole('button', { name: 'Undo' }).last().click()
  await expect(window.notifications).toContainText('Undid')
  expect(await listing(folder)).toEqual(before)
})

test('B11 copies a branch into a LevelDB beside it, selected in the table of children', async ({
  strata: { open, window, host },
  folder,
}) => {
  await fill(folder)
  const path = await mkdtemp(join(tmpdir(), 'strata-e2e-level-'))
  const document = { strata: 1, name: 'Level', root: { kind: 'leveldb', path } }
  const level = await host.open({ type: 'document', document })
  await open({ type: 'folder', path: folder })
  const { page } = window
  await window.goTo('/films')
  const table = page.getByRole('grid', { name: 'Children' })
  await table.getByRole('button', { name: 'f0.json' }).click({ modifiers: ['Control'] })
  await page.keyboard.press('Control+a')
  await expect(table.getByRole('row', { selected: true })).toHaveCount(9)
  await page.keyboard.press('Control+c')
  host.show(level.id)
  await expect(window.keys.getByText('There are no keys here yet')).toBeHidden()
  await expect(page.getByText('There are no keys here yet.')).toBeVisible()
  await window.keys.last().focus()
  await page.keyboard.press('Control+v')
  const dialog = page.getByRole('dialog', { name: 'Copy 9 keys' })
  await dialog.getByRole('button', { name: 'Copy 9 keys' }).click()
  await expect(window.notifications).toContainText('Copied 9 keys')
  await rm(path, { recursive: true, force: true })
})

test('W90 a branch is copied into a LevelDB beside it by keyboard only', async ({
  strata: { open, window, host },
  folder,
}) => {
  await fill(folder)
  const path = await mkdtemp(join(tmpdir(), 'strata-e2e-level-'))
  await host.open({
    type: 'document',
    document: { strata: 1, name: 'Level', root: { kind: 'leveldb', path } },
  })
  const { name } = await open({ type: 'folder', path: folder })
  const { page } = window
  const stacks = page.getByRole('grid', { name: 'Stacks' })
  await page.keyboard.press('Control+Shift+e')
  await expect(window.keys).toBeFocused()
  for (const letter of 'films') await page.keyboard.press(letter)
  await expect(window.row('films')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Control+c')
  await expect(window.notifications).toContainText('Copied "/films"')
  await page.keyboard.press('Shift+F6')
  await expect(stacks.getByRole('row', { name })).toBeFocused()
  const others = stacks.getByRole('row', { name: 'Level' })
  const isBelow = await stacks
    .getByRole('row')
    .first()
    .evaluate((row, own) => row.textContent.includes(own), name)
  await page.keyboard.press(isBelow ? 'ArrowDown' : 'ArrowUp')
  await expect(others).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText('There are no keys here yet.')).toBeVisible()
  await page.keyboard.press('Control+Shift+e')
  await page.keyboard.press('Control+v')
  const dialog = page.getByRole('dialog', { name: 'Copy 9 keys' })
  await expect(dialog.getByRole('button', { name: 'Copy 9 keys' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(window.notifications).toContainText('Copied 9 keys')
  await rm(path, { recursive: true, force: true })
})

test('B11 drags keys to another branch', async ({ strata: { open, window }, folder }) => {
  await fill(folder)
  await open({ type: 'folder', path: folder })
  const { page } = window
  await window.row('films').click()
  await window.row('f2.json').click()
  await window.row('f3.json').click({ modifiers: ['Shift'] })
  await window.row('f3.json').dragTo(window.row('archive'))
  await page.getByRole('dialog').getByRole('button', { name: 'Move 2 keys' }).click()
  await expect(window.notifications).toContainText('Moved 2 keys')
  expect((await readdir(join(folder, 'archive'))).sort()).toEqual(['f1.json', 'f2.json', 'f3.json'])
})

test('B12 B15 files and folders dropped on a branch are put there, and undone together', async ({
  strata: { open, window },
  folder,
}) => {
  await fill(folder)
  const before = await listing(folder)
  const outside = await mkdtemp(join(tmpdir(), 'strata-e2e-dropped-'))
  await mkdir(join(outside, 'deep', 'er'), { recursive: true })
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251))
  await writeFile(join(outside, 'deep', 'er', 'bytes.bin'), bytes)
  await writeFile(join(outside, 'f1.json'), 'dropped')
  await open({ type: 'folder', path: folder })
  const { page } = window
  const box = await window.row('archive').boundingBox()
  const devtools = await page.context().newCDPSession(page)
  const data = {
    items: [],
    files: [join(outside, 'deep'), join(outside, 'f1.json')],
    dragOperationsMask: 1,
  }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const at = { x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 8 }
    await devtools.send('Input.dispatchDragEvent', { type, ...at, data })
  }
  const question = page.getByRole('alertdialog', { name: 'Put 2 files' })
  await expect(question).toContainText('1 of them exists there already')
  await question.getByRole('button', { name: 'Keep both' }).click()
  await expect(window.notifications).toContainText('Put 2 files into /archive')
  expect(await readFile(join(folder, 'archive', 'deep', 'er', 'bytes.bin'))).toEqual(bytes)
  expect(await readFile(join(folder, 'archive', 'f1.json'), 'utf8')).toBe('it was there')
  expect(await readFile(join(folder, 'archive', 'f1 (2).json'), 'utf8')).toBe('dropped')
  await window.notifications.getByRole('button', { name: 'Undo' }).click()
  await expect(window.notifications).toContainText('Undid put 2 files into /archive')
  expect(await listing(folder)).toEqual(before)
  await rm(outside, { recursive: true, force: true })
})

test('B8 B11 axe finds no violations in the dialogs of actions on many keys', async ({
  strata: { open, window },
  folder,
}) => {
  await fill(folder)
  await open({ type: 'folder', path: folder })
  const { page } = window
  const { keyboard } = page
  await window.row('films').click()
  await window.row('f0.json').click()
  await keyboard.press('Shift+ArrowDown')
  await expectNoViolations(page)
  await keyboard.press('F2')
  await page.getByRole('textbox', { name: 'Find' }).fill('f')
  await expect(page.getByRole('dialog')).toContainText('This will rename')
  await expectNoViolations(page)
  await keyboard.press('Escape')
  await keyboard.press('Control+Shift+M')
  await page.getByRole('textbox', { name: /^To, in/ }).fill('/archive')
  await expect(page.getByRole('dialog')).toContainText('exists there already')
  await expectNoViolations(page)
})
