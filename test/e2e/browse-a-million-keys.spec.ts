import { Key } from '../../src/core/key.ts'
import { Datastore } from '../../src/core/open/datastore.ts'
import { MemoryStore } from '../../src/core/stores/memory.ts'
import { type Strata, expect as strataExpect, test } from './strata.ts'

/**
 * These tests list a level of a million to its end, which takes a loaded machine longer than the usual time
 * limit.
 */
const expect = strataExpect.configure({ timeout: 40_000 })

test.describe.configure({ timeout: 150_000 })

const COUNT = 1_000_000

/** Shared by all tests. Each session opens and closes it, which does not change its memory. */
let store: MemoryStore | undefined

test.beforeAll(async () => {
  store = new MemoryStore()
  const filled = new Datastore(store)
  const value = new TextEncoder().encode('value')
  const parent = Key.of('many')
  for (let index = 0; index < COUNT; index++) await filled.put(parent.child(nameOf(index)), value)
  await filled.put(Key.of('first'), value)
  await filled.put(Key.of('zlast'), value)
})

test.afterAll(() => {
  store = undefined
})

function nameOf(index: number): string {
  return `item-${String(index).padStart(7, '0')}`
}

/** Opens the level of a million with the keyboard. The focus stays in the tree. */
async function openLevel({ show, window }: Strata): Promise<void> {
  await show('A million', new Datastore(store!))
  await window.page.keyboard.press('Control+Shift+e')
  await window.page.keyboard.type('many')
  await expect(window.row('many')).toHaveAttribute('aria-selected', 'true')
  await window.page.keyboard.press('ArrowRight')
  await expect(window.row(nameOf(0))).toBeVisible()
}

test('D9 the first rows of a level of a million appear at once, with its size', async ({ strata }) => {
  const { window } = strata
  await openLevel(strata)
  await expect(window.row(nameOf(0))).toHaveAttribute('aria-posinset', '1')
  await expect(window.row(nameOf(0))).toHaveAttribute('aria-setsize', String(COUNT))
  await expect(window.status).toContainText('1,000,002 keys')
  expect(await window.keys.getByRole('treeitem').count()).toBeLessThan(200)
})

test('End, page keys and letters move anywhere in a million rows', async ({ strata }) => {
  const { window } = strata
  const { page } = window
  await openLevel(strata)
  await page.keyboard.press('End')
  await expect(window.row('zlast')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowUp')
  await expect(window.row(nameOf(COUNT - 1))).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('PageUp')
  await expect(window.row(nameOf(COUNT - 1))).toHaveAttribute('aria-selected', 'false')
  await page.keyboard.type('item-04321')
  await expect(window.row(nameOf(432_100))).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Home')
  await expect(window.row('first')).toHaveAttribute('aria-selected', 'true')
})

test('the palette jumps to a name inside the level, and to a whole key from anywhere', async ({ strata }) => {
  const { window } = strata
  const { page } = window
  await openLevel(strata)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('/')
  const field = page.getByRole('textbox', { name: 'Jump to name' })
  await expect(field).toBeFocused()
  await page.keyboard.type(nameOf(777_777))
  await expect(window.row(nameOf(777_777))).toHaveAttribute('aria-selected', 'true')
  await expect(window.row(nameOf(777_777))).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(window.keys).toBeFocused()

  await window.openText(`/many/${nameOf(123_456)}`)
  await expect(window.row(nameOf(123_456))).toHaveAttribute('aria-selected', 'true')
  await expect(window.row(nameOf(123_456))).toBeInViewport()
  await window.append('!')
  await window.save()
})

test('scrolling to the middle shows the rows of the middle', async ({ strata }) => {
  const { window } = strata
  await openLevel(strata)
  await window.keys.evaluate(tree => {
    tree.scrollTop = tree.scrollHeight / 2
  })
  await expect(window.row(nameOf(500_020))).toBeInViewport()
  await expect(window.keys.getByRole('treeitem', { name: 'Loading…' })).toHaveCount(0)
  await window.keys.evaluate(tree => {
    tree.scrollTop = tree.scrollHeight
  })
  await expect(window.row('zlast')).toBeInViewport()
  await window.keys.evaluate(tree => {
    tree.scrollTop = 0
  })
  await expect(window.row('first')).toBeInViewport()
})

test('a new key among a million appears in its place, and disappears again', async ({ strata }) => {
  const { window } = strata
  const { page } = window
  await openLevel(strata)
  await page.keyboard.press('Alt+n')
  const dialog = page.getByRole('dialog', { name: 'New key' })
  await dialog.getByRole('combobox', { name: 'Key' }).fill(`/many/${nameOf(500_000)}-and-more`)
  await dialog.getByRole('button', { name: 'Put' }).click()
  const row = window.row(`${nameOf(500_000)}-and-more`)
  await expect(row).toHaveAttribute('aria-posinset', '500002')
  await expect(row).toHaveAttribute('aria-setsize', String(COUNT + 1))
  await window.button('Delete key').click()
  await expect(row).toBeHidden()
  await expect(window.row(nameOf(500_001))).toHaveAttribute('aria-setsize', String(COUNT))
})
