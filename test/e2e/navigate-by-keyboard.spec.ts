import type { Locator } from '@playwright/test'
import { memoryStore } from './memory-store.ts'
import { expect, type Strata, test } from './strata.ts'

const KEYS = [
  '/actors/Actor:Cleese',
  '/actors/Actor:Idle',
  '/actors/Actor:Palin',
  '/films',
  '/films/Grail/script',
  '/films/Grail/still',
  '/films/Brian',
  '/notes/a',
  '/notes/b',
  '/readme',
]

async function openTree({ show, window }: Strata): Promise<(...keys: readonly string[]) => Promise<void>> {
  await show('Films', await memoryStore(KEYS))
  await window.page.keyboard.press('Control+Shift+e')
  await expect(window.keys).toBeFocused()
  return async (...keys) => {
    for (const key of keys) await window.page.keyboard.press(key)
  }
}

async function expectOn(keys: Locator, name: string, level: number): Promise<void> {
  const selected = keys.locator('[role="treeitem"][aria-selected="true"]')
  await expect(selected).toHaveCount(1)
  await expect(selected).toHaveAttribute('aria-label', name)
  await expect(selected).toHaveAttribute('aria-level', String(level))
  const id = (await selected.getAttribute('id')) ?? ''
  await expect(keys).toHaveAttribute('aria-activedescendant', id)
}

test('arrows, Home and End move in the tree as the ARIA pattern defines', async ({ strata }) => {
  const press = await openTree(strata)
  const { keys } = strata.window
  await press('Home')
  await expectOn(keys, 'actors', 1)
  await press('ArrowRight')
  await expect(strata.window.row('actors')).toHaveAttribute('aria-expanded', 'true')
  await expect(strata.window.row('Actor:Cleese')).toBeVisible()
  await expectOn(keys, 'actors', 1)
  await press('ArrowRight')
  await expectOn(keys, 'Actor:Cleese', 2)
  await press('ArrowDown', 'ArrowDown')
  await expectOn(keys, 'Actor:Palin', 2)
  await press('ArrowRight')
  await expectOn(keys, 'Actor:Palin', 2)
  await press('ArrowLeft')
  await expectOn(keys, 'actors', 1)
  await press('ArrowLeft')
  await expect(strata.window.row('actors')).toHaveAttribute('aria-expanded', 'false')
  await press('End')
  await expectOn(keys, 'readme', 1)
  await press('ArrowDown')
  await expectOn(keys, 'readme', 1)
  await press('ArrowUp')
  await expectOn(keys, 'notes', 1)
})

test('letters move to the next name with these first letters, and * expands every branch of a level', async ({
  strata,
}) => {
  const press = await openTree(strata)
  const { keys } = strata.window
  await press('Home', 'n')
  await expectOn(keys, 'notes', 1)
  await press('*')
  for (const name of ['Actor:Idle', 'Brian', 'Grail', 'a'])
    await expect(strata.window.row(name)).toBeVisible()
  await expectOn(keys, 'notes', 1)
})

test('Enter opens a value, Alt+Enter a branch, and a key that is both opens as either', async ({
  strata,
}) => {
  const press = await openTree(strata)
  const { page, value } = strata.window
  await press('Home', 'ArrowDown')
  await expect(strata.window.row('films')).toHaveAttribute('aria-description', 'value and branch')
  await press('Enter')
  await expect(value).toHaveText('/films')
  await press('Control+Shift+e', 'Alt+Enter')
  await expect(page.getByRole('grid', { name: 'Children' })).toContainText('Brian')
})

test('the key F2 renames, Delete deletes after a confirmation, and Shift+F10 opens the menu', async ({
  strata,
}) => {
  const press = await openTree(strata)
  const { page, keys } = strata.window
  await press('End', 'F2')
  await expect(page.getByRole('textbox', { name: 'New name' })).toBeFocused()
  await page.keyboard.type('about')
  await press('Enter')
  await expect(keys).toBeFocused()
  await expectOn(keys, 'about', 1)

  await press('Shift+F10')
  const menu = page.getByRole('menu', { name: 'Actions for about' })
  await expect(menu.getByRole('menuitem', { name: 'Open' })).toBeFocused()
  await press('Escape')
  await expect(menu).toBeHidden()
  await expect(keys).toBeFocused()

  await press('Delete')
  await expect(strata.window.row('about')).toBeHidden()
  await expect(keys).toBeFocused()
})

test('the palette finds and runs a command, and returns the focus', async ({ strata }) => {
  const press = await openTree(strata)
  const { page, keys } = strata.window
  await press('Control+Shift+p')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  const field = palette.getByRole('combobox', { name: 'Command' })
  await expect(field).toBeFocused()
  await page.keyboard.type('theme dark')
  await expect(palette.getByRole('option', { name: 'Theme: dark' })).toHaveAttribute('aria-selected', 'true')
  await press('Enter')
  await expect(palette).toBeHidden()
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark')
  await expect(keys).toBeFocused()
})

test('"Go to key" completes level by level, opens the key and shows it in the tree', async ({ strata }) => {
  const press = await openTree(strata)
  const { page, keys, value } = strata.window
  await press('Control+p')
  const dialog = page.getByRole('dialog', { name: 'Go to key' })
  const field = dialog.getByRole('combobox', { name: 'Key' })
  await expect(field).toBeFocused()
  await page.keyboard.type('/fi')
  await expect(dialog.getByRole('option', { name: 'films' })).toBeVisible()
  await press('Tab')
  await expect(field).toHaveValue('/films')
  await page.keyboard.type('/G')
  await expect(dialog.getByRole('option', { name: 'Grail' })).toBeVisible()
  await press('Tab')
  await expect(field).toHaveValue('/films/Grail/')
  await expect(dialog.getByRole('option')).toHaveCount(2)
  await press('ArrowDown', 'ArrowDown', 'Enter')
  await expect(dialog).toBeHidden()
  await expect(value).toHaveText('/films/Grail/still')
  await expectOn(keys, 'still', 3)
})

test('F6 moves through the parts of the window, and leaves every one', async ({ strata }) => {
  const press = await openTree(strata)
  const { page } = strata.window
  await press('Home', 'ArrowDown', 'Enter')
  await expect(strata.window.value).toBeVisible()
  const region = () =>
    page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region'))
  await press('Control+Shift+e')
  const visited: (string | null | undefined)[] = []
  do {
    await press('F6')
    visited.push(await region())
  } while (visited.at(-1) !== 'keys' && visited.length < 12)
  // "Activity" is hidden while it is empty.
  expect(visited).toEqual(['tabs', 'main', 'inspector', 'status', 'toolbar', 'stacks', 'keys'])
})

test('W92 F6 and the shortcuts of regions focus the row of a list or table, not a button in it', async ({
  strata,
}) => {
  const { host, window } = strata
  await host.openStore('Other', await memoryStore(['/only']))
  const press = await openTree(strata)
  const { page, keys } = window
  const stacks = page.getByRole('grid', { name: 'Saved stacks' })
  const focused = stacks.getByRole('row').and(page.locator(':focus'))
  // Once in the list, F6 returns to the row that had the focus.
  for (let round = 0; round < 3; round++) {
    await press('Shift+F6')
    await expect(focused).toHaveCount(1)
    await press(round % 2 === 0 ? 'ArrowUp' : 'ArrowDown')
    await expect(focused).toHaveCount(1)
    await press('F6')
    await expect(keys).toBeFocused()
  }
  await window.goTo('/actors/')
  const children = page.getByRole('grid', { name: 'Children' })
  await expect(children.getByRole('button', { name: 'Actor:Cleese' })).toBeFocused()
  await press('ArrowDown', 'Control+Shift+e', 'Alt+Shift+e')
  await expect(children.getByRole('button', { name: 'Actor:Idle' })).toBeFocused()
})

test('W95 W98 F6 focuses the last focused element of a region, and the current stack at first', async ({
  strata,
}) => {
  const { host, window } = strata
  for (const name of ['First', 'Second', 'Third']) await host.openStore(name, await memoryStore(['/only']))
  const press = await openTree(strata)
  const { page, keys } = window
  const stacks = page.getByRole('grid', { name: 'Saved stacks' })
  const row = stacks.locator('[role=row]:focus')
  await expect(stacks.getByRole('row')).toHaveCount(4)
  const current = await stacks.locator('[data-current="true"]').getAttribute('data-key')
  // The tree is behind the list.
  await press('Shift+F6')
  await expect(row).toHaveAttribute('data-key', current ?? '')
  await press('F6')
  await expect(keys).toBeFocused()

  await press('Home', 'ArrowDown', 'Enter')
  await expect(window.value).toBeVisible()
  await window.value.focus()
  await press('Control+Shift+e', 'Control+Shift+f')
  const filter = page.getByRole('searchbox', { name: 'Filter keys' })
  await expect(filter).toBeFocused()
  await press('F6')
  await expect(page.getByRole('tab', { selected: true })).toBeFocused()
  await press('F6')
  await expect(window.value).toBeFocused()
  await press('Shift+F6', 'Shift+F6')
  await expect(filter).toBeFocused()
  await press('Control+Shift+e')
  await expect(keys).toBeFocused()
})

test('W89 opening a branch focuses its children, and so does opening a branch from there', async ({
  strata,
}) => {
  const press = await openTree(strata)
  const { window } = strata
  const { page, value } = window
  const children = page.getByRole('grid', { name: 'Children' }).filter({ visible: true })
  await window.goTo('/actors/')
  await expect(children.getByRole('button', { name: 'Actor:Cleese' })).toBeFocused()
  await press('ArrowDown', 'Enter')
  await expect(page.getByRole('tab', { name: 'Actor:Idle', selected: true })).toBeVisible()
  await expect(value).toBeFocused()

  // From a branch into the one below it, and back up.
  await window.goTo('/films/')
  await expect(children.getByRole('button', { name: 'Brian' })).toBeFocused()
  await press('End', 'Enter')
  await expect(children.getByRole('button', { name: 'script' })).toBeFocused()
  await press('Backspace')
  // The row that had the focus before.
  await expect(children.getByRole('button', { name: 'Grail' })).toBeFocused()
})
