import type { BinaryDatastore } from '../../src/core/datastore.ts'
import { Key } from '../../src/core/key.ts'
import { memoryStore } from './memory-store.ts'
import { expect, type Strata, test } from './strata.ts'

const KEYS = [
  '/films/Film:Greed/script',
  '/films/Film:Metropolis/script',
  '/films/Film:Metropolis/still.png',
  '/orders/2026/7.json',
  '/orders/2026/8.json',
  '/readme',
]

async function openFilter({ show, window }: Strata): Promise<{ store: BinaryDatastore }> {
  const store = await memoryStore(KEYS)
  await show('Films', store)
  await window.page.keyboard.press('Control+Shift+f')
  await expect(window.page.getByRole('searchbox', { name: 'Filter keys' })).toBeFocused()
  return { store }
}

function rows({ window: { keys } }: Strata): Promise<(string | null)[]> {
  return keys
    .getByRole('treeitem')
    .evaluateAll(elements =>
      elements
        .filter(element => element.checkVisibility())
        .map(element => element.getAttribute('aria-label')),
    )
}

test('G5 the tree shows matches and the branches above them, by keyboard only', async ({ strata }) => {
  await openFilter(strata)
  const { page, keys, value } = strata.window
  await page.keyboard.type('SCRIPT')
  await expect
    .poll(() => rows(strata))
    .toEqual(['films', 'Film:Greed', 'script', 'Film:Metropolis', 'script'])
  await expect(page.getByRole('search').getByRole('status')).toHaveText(
    '2 keys found · 6 of 6 keys looked at',
  )
  await page.keyboard.press('ArrowDown')
  await expect(keys).toBeFocused()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect(value).toHaveText('/films/Film:Metropolis/script')
  await page.keyboard.press('Control+Shift+f')
  await page.keyboard.press('Escape')
  await expect.poll(() => rows(strata)).toEqual(['films', 'orders', 'readme'])
})

test('G5 by glob and by regular expression', async ({ strata }) => {
  await openFilter(strata)
  const { page } = strata.window
  await page.getByRole('combobox', { name: 'Filter by' }).selectOption('Glob')
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('/orders/**/*.json')
  await expect.poll(() => rows(strata)).toEqual(['orders/2026', '7.json', '8.json'])
  await page.getByRole('combobox', { name: 'Filter by' }).selectOption('Regex')
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('[78][.]json$')
  await expect.poll(() => rows(strata)).toEqual(['orders/2026', '7.json', '8.json'])
})

test('G6 an invalid expression is reported, and no keys are shown', async ({ strata }) => {
  await openFilter(strata)
  const { page } = strata.window
  await page.getByRole('combobox', { name: 'Filter by' }).selectOption('Regex')
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('(script')
  await expect(page.getByRole('search').getByRole('alert')).toContainText('Cannot search for "(script"')
  await page.getByRole('searchbox', { name: 'Filter keys' }).fill('(script)')
  await expect.poll(() => rows(strata)).toContain('script')
})

test('G6 follows keys that are put and deleted', async ({ strata }) => {
  await openFilter(strata)
  const { page, keys } = strata.window
  await page.keyboard.type('json')
  await expect.poll(() => rows(strata)).toEqual(['orders/2026', '7.json', '8.json'])
  await page.keyboard.press('Alt+n')
  const dialog = page.getByRole('dialog', { name: 'New key' })
  await dialog.getByRole('combobox', { name: 'Key' }).fill('/new.json')
  await dialog.getByRole('button', { name: /Create|Put/ }).click()
  await expect(dialog).toBeHidden()
  await expect(keys.getByRole('treeitem', { name: 'new.json' })).toBeVisible()
})

test('G6 a key opened elsewhere is selected in the tree, with or without the filter', async ({ strata }) => {
  const { store } = await openFilter(strata)
  await store.put(Key.parse('/later'), new Uint8Array())
  const { page, keys } = strata.window
  await page.keyboard.type('json')
  await expect.poll(() => rows(strata)).toEqual(['orders/2026', '7.json', '8.json'])
  await strata.window.goTo('/readme')
  await expect(keys.getByRole('treeitem', { name: 'readme' })).toHaveAttribute('aria-selected', 'true')
})
