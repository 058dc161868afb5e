import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './strata.ts'

const SHARDS = ['one', 'two', 'three', 'four'] as const

test('X1 X2 by keyboard alone: a memory tier over four sharded folders is made and applied, and a key put into it', async ({
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

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** The keyboard is where a person has to know it is. */
async function expectFocus(page: Page, role: Parameters<Page['getByRole']>[0], name: string | RegExp) {
  await expect(page.getByRole(role, { name, exact: true })).toBeFocused()
}

/** Adds a node of this kind to the selected one, from the menu that `+` opens. */
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
