import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './strata.ts'

const SHARDS = ['one', 'two', 'three', 'four'] as const

test('X1 X2 by keyboard only: a memory tier over four sharded folders is built and applied, and a key is put into it', async ({
  strata: { shell, window },
  folder,
}) => {
  const { page, keys } = window
  await page.goto(shell.address)
  await expect(page.getByRole('region', { name: 'Welcome' })).toBeVisible()
  await press(page, 'Alt+Shift+n')
  await expectFocus(page, 'button', /^Memory cache over a folder/)
  await press(page, 'ArrowUp')
  await expectFocus(page, 'button', /^Empty stack/)
  await press(page, 'Enter')

  await expectFocus(page, 'combobox', 'Kind')
  await press(page, 't')
  await expect(page.getByRole('combobox', { name: 'Kind' })).toHaveValue('tiered')
  await press(page, 'Escape')
  await add(page, 'Memory')
  await add(page, 'Sharded')
  await add(page, 'Folder')
  for (const [index, name] of SHARDS.entries()) {
    if (index > 0) await add(page, 'Another Folder')
    if (index > 0) await press(page, 'Enter', 'Tab')
    await expectFocus(page, 'textbox', 'Path')
    await press(page, 'Control+a')
    await page.keyboard.type(join(folder, name))
    await press(page, 'Enter')
    await expectFocus(page, 'tree', 'Stack')
  }
  await press(page, 'Control+Enter')
  await expect(page.getByText('Running as shown')).toBeVisible()
  for (const name of SHARDS) expect(await readdir(folder)).toContain(name)

  await press(page, 'Alt+n')
  await expectFocus(page, 'combobox', 'Key')
  await page.keyboard.type('greetings/Greeting:hello')
  await press(page, 'Tab')
  await expectFocus(page, 'textbox', 'Value')
  await page.keyboard.type('Hello, world')
  await press(page, 'Tab')
  await expectFocus(page, 'button', 'Cancel')
  await press(page, 'Tab')
  await expectFocus(page, 'button', 'Put')
  await press(page, 'Enter')
  await expect(page.getByRole('dialog', { name: 'New key' })).toBeHidden()
  await expect(keys.getByRole('treeitem', { name: 'Greeting:hello' })).toBeVisible()
  await expect(window.value).toHaveText('Hello, world')

  await press(page, 'Control+Shift+e')
  await expectFocus(page, 'tree', 'Keys')
  await expect(keys.getByRole('treeitem', { selected: true })).toHaveAccessibleName('Greeting:hello')
  await press(page, 'Enter', 'Alt+Shift+e', 'Control+Home')
  const values = await Promise.all(SHARDS.map(shard => valuesIn(join(folder, shard))))
  expect(values.flat()).toEqual(['Hello, world'])
})

test('O50 O51 by keyboard only: a size is typed with a unit, and the write mode of tiers is chosen by its description', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const tiers = [
    { kind: 'memory', label: 'Fast' },
    { kind: 'fs', path: folder, layout: 'plain' },
  ]
  await open({ type: 'document', document: { strata: 1, name: 'Mine', root: { kind: 'tiered', tiers } } })
  await press(page, 'Control+e')
  await expectFocus(page, 'tree', 'Stack')
  await press(page, 'Enter')
  await expectFocus(page, 'combobox', 'Kind')
  await press(page, 'Tab')
  await expectFocus(page, 'combobox', 'Writing')
  const options = page.getByRole('region', { name: 'Options' })
  await page.keyboard.type('to the first')
  await expect(options.getByText('what is not flushed when the process dies is lost')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Stack document' })).toContainText('"mode": "write-back"')
  await press(page, 'Tab', 'Tab')
  await expectFocus(page, 'textbox', 'Max unflushed bytes')
  const size = page.getByRole('textbox', { name: 'Max unflushed bytes' })
  await page.keyboard.type('64 M')
  await expect(options.getByText('"M" is unclear: write MiB (1024²) or MB (1000²)')).toBeVisible()
  await expect(size).toHaveAttribute('aria-invalid', 'true')
  await page.keyboard.type('iB')
  await expect(size).toHaveAttribute('aria-invalid', 'false')
  await expect(size).toHaveValue('64 MiB')
  await expect(size).toHaveAccessibleDescription(/^67,108,864 bytes \(64 MiB\)/)
  await press(page, 'Control+Enter')
  await press(page, 'Enter')
  await expect(page.getByText('Running as shown')).toBeVisible()
  await expect(page.getByRole('treeitem', { name: /^Tiered/ })).toContainText(
    'writes to the first tier, later to the others · at most 64 MiB waiting',
  )
  await expect(page.getByRole('textbox', { name: 'Stack document' })).toContainText(
    '"maxUnflushedBytes": 67108864',
  )
})

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** Expects the focus in a region. */
async function expectFocus(page: Page, role: Parameters<Page['getByRole']>[0], name: string | RegExp) {
  await expect(page.getByRole(role, { name, exact: true })).toBeFocused()
}

/** Adds a node of this kind to the selected one, from the menu opened by `+`. */
async function add(page: Page, entry: string): Promise<void> {
  await expectFocus(page, 'tree', 'Stack')
  await press(page, '+')
  await expect(page.getByRole('menu')).toBeVisible()
  await page.keyboard.type(entry)
  await expectFocus(page, 'menuitem', entry)
  await press(page, 'Enter')
  await expect(page.getByRole('menu')).toBeHidden()
}

/** The values that a folder of layout strata holds. */
async function valuesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile() && !entry.parentPath.includes('.strata'))
  return Promise.all(files.map(entry => readFile(join(entry.parentPath, entry.name), 'utf8')))
}
