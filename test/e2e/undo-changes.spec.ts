import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeViolations } from '../axe.ts'
import { startProgram } from './program.ts'
import { expect, test } from './strata.ts'

const exists = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)

test('J9 a put and a delete are undone from their notifications, and redone', async ({
  strata: { open, window },
  folder,
}) => {
  const file = join(folder, 'a.txt')
  await writeFile(file, 'one')
  await open({ type: 'folder', path: folder })
  await window.openText('/a.txt')
  await window.typeOver('two')
  await window.put.click()
  await expect(window.notifications).toContainText('Saved "/a.txt"')
  await window.notifications.getByRole('button', { name: 'Undo' }).click()
  await expect(window.notifications).toContainText('Undid put of /a.txt')
  await expect(window.value).toHaveText('one')
  expect(await exists(file)).toBe('one')
  await window.notifications.getByRole('button', { name: 'Redo' }).click()
  await expect(window.value).toHaveText('two')

  await window.button('Delete key').click()
  await expect(window.notifications).toContainText('Deleted "/a.txt"')
  expect(await exists(file)).toBeUndefined()
  await window.notifications
    .getByRole('listitem')
    .filter({ hasText: 'Deleted' })
    .getByRole('button', { name: 'Undo' })
    .click()
  await expect(window.row('a.txt')).toBeVisible()
  expect(await exists(file)).toBe('two')
})

test('J8 J9 a delete needs no confirmation, and is undone by keyboard in the tree and by name, but not in a text', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'a.txt')
  await writeFile(file, 'one')
  await open({ type: 'folder', path: folder })
  await window.row('a.txt').click()
  await page.keyboard.press('Delete')
  await expect(window.row('a.txt')).toBeHidden()
  await expect(page.getByRole('alertdialog')).toBeHidden()
  await window.keys.focus()
  await page.keyboard.press('Control+z')
  await expect(window.row('a.txt')).toBeVisible()
  expect(await exists(file)).toBe('one')
  await page.keyboard.press('Control+Shift+z')
  await expect(window.row('a.txt')).toBeHidden()
  expect(await exists(file)).toBeUndefined()

  await page.keyboard.press('Control+Shift+p')
  await page.getByRole('dialog', { name: 'Command palette' }).getByRole('combobox').fill('undo delete')
  await expect(page.getByRole('option', { name: /^Undo delete of \/a\.txt/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(window.row('a.txt')).toBeVisible()

  await window.openText('/a.txt')
  await window.typeOver('typed')
  await page.keyboard.press('Control+z')
  await expect(window.value).toHaveText('one')
  expect(await exists(file)).toBe('one')
})

test('J9 a deleted branch is restored as one', async ({ strata: { open, window }, folder }) => {
  const { page } = window
  await open({ type: 'folder', path: folder })
  await writeFile(join(folder, 'other'), 'x')
  for (const name of ['x', 'y']) {
    await window.button('New key').click()
    const dialog = page.getByRole('dialog', { name: 'New key' })
    await dialog.getByRole('combobox', { name: 'Key' }).fill(`/branch/${name}`)
    await dialog.getByRole('textbox', { name: 'Value' }).fill(name)
    await dialog.getByRole('button', { name: 'Put' }).click()
    await expect(dialog).toBeHidden()
  }
  await window.row('branch').click()
  await page.keyboard.press('Delete')
  const question = page.getByRole('alertdialog', { name: 'Delete branch' })
  await expect(question).toContainText('This can be undone')
  await question.getByRole('button', { name: 'Delete 2 keys' }).click()
  const notification = window.notifications.getByRole('listitem').filter({ hasText: 'Deleted 2 keys' })
  await notification.getByRole('button', { name: 'Undo' }).click()
  await expect(window.notifications).toContainText('Undid delete of /branch and everything below it')
  await expect(window.row('branch')).toBeVisible()
  expect([await exists(join(folder, 'branch', 'x')), await exists(join(folder, 'branch', 'y'))]).toEqual([
    'x',
    'y',
  ])
})

test('J2 J9 an undo over a change of others is refused with the reason', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'a.txt')
  await writeFile(file, 'one')
  await open({ type: 'folder', path: folder })
  await window.openText('/a.txt')
  await window.typeOver('two')
  await window.put.click()
  await expect(window.notifications).toContainText('Saved')
  await writeFile(file, 'theirs')
  await window.keys.focus()
  await page.keyboard.press('Control+z')
  await expect(window.notifications.getByRole('alert')).toContainText('changed since')
  expect(await exists(file)).toBe('theirs')
})

test('J8 deleting a value too large to be recorded warns first', async ({
  strata: { open, window },
  folder,
}) => {
  const file = join(folder, 'large.bin')
  await writeFile(file, 'a line of text\n'.repeat(350_000))
  await open({ type: 'folder', path: folder })
  await window.row('large.bin').click()
  await window.button('Delete key').click()
  const question = window.page.getByRole('alertdialog', { name: 'Delete key' })
  await expect(question).toContainText('This cannot be undone. The value has 5')
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect(await exists(file)).toBeDefined()
})

test('J7 J10 versions of a key are viewed, compared and restored by keyboard', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'a.txt')
  await writeFile(file, 'first')
  await open({ type: 'folder', path: folder })
  await window.openText('/a.txt')
  for (const text of ['second', 'third']) {
    await window.typeOver(text)
    await page.keyboard.press('Control+s')
    await expect.poll(() => exists(file)).toBe(text)
  }
  await page.keyboard.press('Alt+h')
  const versions = page.getByRole('listbox', { name: 'History' })
  await expect(versions.getByRole('option')).toHaveCount(3)
  await expect(versions).toBeFocused()
  await expect(page.getByText('The value is this version')).toBeVisible()
  await page.keyboard.press('End')
  await expect(versions.getByRole('option', { selected: true })).toContainText('by others')
  await expect(page.getByText('Now', { exact: true })).toBeVisible()
  await expect(
    page.getByText(/^All changes of this stack: [\d,.]+ .*bytes of at most [\d.]+ MiB/),
  ).toBeVisible()
  await expectNoViolations(page)
  await page.getByRole('button', { name: 'View', exact: true }).click()
  await expect(page.getByLabel('Version', { exact: true })).toHaveText('first')
  await window.button('Restore').focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => exists(file)).toBe('first')
  await expect(versions.getByRole('option')).toHaveCount(4)
  await window.button('Close history').click()
  await expect(window.value).toHaveText('first')
})

test('J2 changes before a restart can be undone after it', async ({ folder, page }) => {
  const file = join(folder, 'files', 'a.txt')
  const data = join(folder, 'data')
  await mkdir(join(folder, 'files'))
  await writeFile(file, 'one')
  let program = await startProgram(data, [join(folder, 'files')])
  try {
    await page.goto(program.address)
    await page.getByRole('treeitem', { name: 'a.txt' }).click()
    await page.keyboard.press('Delete')
    await expect(page.getByRole('treeitem', { name: 'a.txt' })).toBeHidden()
    await program.stop()
    program = await startProgram(data, [join(folder, 'files')])
    // The new address differs only in its token, and would not load a new page.
    await page.goto('about:blank')
    await page.goto(program.address)
    const keys = page.getByRole('tree', { name: 'Keys' })
    await expect(keys).toHaveAttribute('aria-busy', 'false')
    await keys.focus()
    await page.keyboard.press('Control+z')
    await expect(page.getByRole('treeitem', { name: 'a.txt' })).toBeVisible()
    expect(await exists(file)).toBe('one')
  } finally {
    await program.stop()
  }
})

async function expectNoViolations(page: Page): Promise<void> {
  // The dividers beside it are in no landmark.
  expect(await axeViolations(page, { within: ['[aria-label="History of the key"]'] })).toEqual([])
}
