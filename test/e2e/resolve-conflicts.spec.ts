import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { expect, type Strata, test } from './strata.ts'

const FIRST = 'one\ntwo\nthree\n'
const THEIRS = 'ONE\ntwo\nthree\n'

interface Scene {
  readonly file: string
  readonly bar: Locator
  onDisk(): Promise<string>
}

/** Opens a key, types at its end, changes its file from outside, and presses Ctrl+S. */
async function start({ open, window }: Strata, folder: string): Promise<Scene> {
  const file = join(folder, 'value.txt')
  await writeFile(file, FIRST)
  await open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await window.append('mine')
  await writeFile(file, THEIRS)
  await window.page.keyboard.press('Control+s')
  const bar = window.page.getByRole('alert').filter({ hasText: 'was changed by somebody else' })
  await expect(bar).toBeVisible()
  expect(await readFile(file, 'utf8')).toBe(THEIRS)
  return { file, bar, onDisk: () => readFile(file, 'utf8') }
}

test('a tab without edits shows changes of another program when the window gets the focus', async ({
  strata: { open, window },
  folder,
}) => {
  await writeFile(join(folder, 'value.txt'), FIRST)
  await open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await writeFile(join(folder, 'value.txt'), THEIRS)
  await window.page.evaluate(() => globalThis.dispatchEvent(new Event('focus')))
  await expect.poll(() => window.text()).toBe(THEIRS)
  await expect(window.put).toBeDisabled()
})

test('theirs: a put over another version is held back, and theirs is shown without the edits', async ({
  strata,
  folder,
}) => {
  const { bar, onDisk } = await start(strata, folder)
  await bar.getByRole('button', { name: 'Use theirs' }).click()
  await expect(bar).toBeHidden()
  await expect.poll(() => strata.window.text()).toBe(THEIRS)
  await expect(strata.window.put).toBeDisabled()
  expect(await onDisk()).toBe(THEIRS)
})

test('mine: the edits are put over the other version on demand', async ({ strata, folder }) => {
  const { bar, onDisk } = await start(strata, folder)
  await bar.getByRole('button', { name: 'Keep mine' }).click()
  await expect(bar).toBeHidden()
  await expect(strata.window.put).toBeDisabled()
  expect(await onDisk()).toBe(`${FIRST}mine`)
})

test('W37 a merge starts with the changes of both sides, and is put unchanged', async ({
  strata,
  folder,
}) => {
  const { page } = strata.window
  const { bar, onDisk } = await start(strata, folder)
  await bar.getByRole('button', { name: 'Merge' }).click()
  await expect(page.getByRole('textbox', { name: 'Their version' })).toContainText('ONE')
  const merged = page.getByRole('textbox', { name: 'Merged value' })
  await expect(merged).toContainText('ONE')
  await expect(merged).toContainText('mine')
  await expect(
    page.getByText('1 change of theirs was taken over. No line was changed by both.'),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Put merged value' }).click()
  await expect(bar).toBeHidden()
  await expect(strata.window.put).toBeDisabled()
  expect(await onDisk()).toBe(`${THEIRS}mine`)
  await expect.poll(() => strata.window.text()).toBe(`${THEIRS}mine`)
})

test('W37 a line changed by both has mine, is marked, and is resolved by keyboard', async ({
  strata,
  folder,
}) => {
  const { window } = strata
  const { page } = window
  const file = join(folder, 'value.txt')
  await writeFile(file, FIRST)
  await strata.open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await window.typeOver('one\nMINE\nthree\nfour')
  await writeFile(file, 'ONE\nTHEIRS\nthree\n')
  await page.getByRole('button', { name: 'Merge', exact: true }).click()
  await expect(page.getByText('Both changed one place, which has your text:')).toBeVisible()
  const merged = page.getByRole('textbox', { name: 'Merged value' })
  await expect(merged).toContainText('MINE')
  await page.getByRole('button', { name: 'Line 1', exact: true }).press('Enter')
  await expect(merged).toBeFocused()
  await page.keyboard.type('# ')
  await page.getByRole('button', { name: 'Put merged value' }).click()
  await expect.poll(() => readFile(file, 'utf8')).toBe('# one\nMINE\nthree\nfour')
})

test('a file deleted by another program: the edits can be put as new, or dropped', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'value.txt')
  await writeFile(file, FIRST)
  await open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await window.append('mine')
  await rm(file)
  await page.keyboard.press('Control+s')
  const bar = page.getByRole('alert').filter({ hasText: 'was deleted while you were editing it' })
  await bar.getByRole('button', { name: 'Put as new' }).click()
  await expect(bar).toBeHidden()
  expect(await readFile(file, 'utf8')).toBe(`${FIRST}mine`)

  await window.append(' again')
  await rm(file)
  await page.keyboard.press('Control+s')
  await bar.getByRole('button', { name: 'Drop the edits' }).click()
  await expect(page.getByText('There is no value at "/value.txt"')).toBeVisible()
})

test('closing a tab with edits asks, and "Put" saves them', async ({ strata: { open, window }, folder }) => {
  const { page } = window
  const file = join(folder, 'value.txt')
  await writeFile(file, FIRST)
  await open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await window.append('mine')
  await page.keyboard.press('Alt+w')
  const question = page.getByRole('alertdialog', { name: 'Unsaved changes' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect.poll(() => window.text()).toBe(`${FIRST}mine`)
  await page.keyboard.press('Alt+w')
  await question.getByRole('button', { name: 'Put' }).click()
  await expect(window.tab('value.txt')).toBeHidden()
  expect(await readFile(file, 'utf8')).toBe(`${FIRST}mine`)
})

test('W38 closing a stack with edits puts all of them, or is cancelled if one is refused', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  for (const name of ['a.txt', 'b.txt']) await writeFile(join(folder, name), name)
  await open({ type: 'folder', path: folder })
  for (const key of ['/a.txt', '/b.txt']) {
    await window.openText(key)
    await window.append('!')
  }
  const close = async () => {
    await page.keyboard.press('Control+Shift+P')
    await page.keyboard.type('Close stack')
    await page.keyboard.press('Enter')
    const question = page.getByRole('alertdialog')
    await expect(question.getByRole('listitem')).toHaveText(['/a.txt', '/b.txt'])
    await question.getByRole('button', { name: 'Put all and close' }).click()
  }
  // The tab is not visible, so its value is checked again when it is put.
  await writeFile(join(folder, 'a.txt'), 'theirs')
  await close()
  await expect(page.getByRole('alert').filter({ hasText: 'was changed by somebody else' })).toBeVisible()
  await expect(window.tab('a.txt')).toHaveAttribute('aria-selected', 'true')
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await window.append('?')
  await close()
  await expect(page.getByRole('tree', { name: 'Keys' })).toBeHidden()
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('a.txt!?')
  expect(await readFile(join(folder, 'b.txt'), 'utf8')).toBe('b.txt!')
})
