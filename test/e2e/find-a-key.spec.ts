import type { Locator, Page } from '@playwright/test'
import type { BinaryDatastore } from '../../src/core/datastore.ts'
import { Key } from '../../src/core/key.ts'
import { memoryStore } from './memory-store.ts'
import { expect, type Strata, test } from './strata.ts'

const KEYS = [
  '/films/Film:Metropolis',
  '/films/Film:Metropolis/stills/frame-1.png',
  '/films/Film:Greed',
  '/firms/Cinema:Metro Palace',
  '/odd/line\nbreak',
  '/odd/ blank ',
  ...Array.from({ length: 3000 }, (_, index) => `/archive/reel-${index}/take`),
]

interface Finder {
  readonly dialog: Locator
  readonly field: Locator
  readonly page: Page
  readonly store: BinaryDatastore
}

async function openFinder({ show, window }: Strata): Promise<Finder> {
  const store = await memoryStore(KEYS)
  await show('Films', store)
  const { page } = window
  await page.keyboard.press('Control+p')
  const dialog = page.getByRole('dialog', { name: 'Go to key' })
  const field = dialog.getByRole('combobox', { name: 'Key' })
  await expect(field).toBeFocused()
  return { dialog, field, page, store }
}

test('G1 G3 a key is found by some of its letters, and typing continues in its value', async ({ strata }) => {
  const { dialog, page } = await openFinder(strata)
  await page.keyboard.type('figreed')
  const first = dialog.getByRole('option').first()
  await expect(first).toHaveAccessibleName(/Film:Greed.*films/)
  await expect(first).toHaveAttribute('aria-selected', 'true')
  await expect(dialog.getByRole('status')).toHaveText(
    `1 key found · ${KEYS.length.toLocaleString('en-US')} of ${KEYS.length.toLocaleString('en-US')} keys looked at`,
  )
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(strata.window.value).toBeFocused()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' and more')
  await expect(strata.window.value).toHaveText('/films/Film:Greed and more')
  await expect(strata.window.row('Film:Greed')).toHaveAttribute('aria-selected', 'true')
})

test('G49 Enter right after typing waits for the first hit, and never opens a hit of an earlier text', async ({
  strata,
}) => {
  const { dialog, field, page } = await openFinder(strata)
  await page.keyboard.type('figreed')
  await page.keyboard.press('Enter')
  await expect(strata.window.value).toHaveText('/films/Film:Greed')
  await page.keyboard.press('Control+p')
  await field.fill('metropolis')
  await expect(dialog.getByRole('option').first()).toHaveAccessibleName(/Metropolis/)
  await field.fill('take')
  await page.keyboard.press('Enter')
  await expect(strata.window.value).toHaveText(/reel-.*take/)
  await page.keyboard.press('Control+p')
  await field.fill('zzyzx')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toHaveText('There is no key "zzyzx".')
})

test('G1 a search without hits is reported, and a key put meanwhile is found', async ({ strata }) => {
  const { dialog, field, page, store } = await openFinder(strata)
  await page.keyboard.type('zzyzx')
  await expect(dialog).toContainText('No key has these letters in this order.')
  await store.put(Key.parse('/roads/zzyzx'), new Uint8Array())
  await field.fill('zzyz')
  await expect(dialog.getByRole('option')).toHaveAccessibleName(/zzyzx/)
})

test('G3 Ctrl+Enter opens a key in a new tab', async ({ strata }) => {
  const { dialog, field, page } = await openFinder(strata)
  await field.fill('greed')
  await expect(dialog.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Control+Enter')
  await expect(dialog).toBeHidden()
  await strata.window.goTo('/firms/Cinema:Metro Palace')
  await expect(page.getByRole('tab')).toHaveCount(2)
})

test('G4 recently opened keys are offered, also after a reload', async ({ strata }) => {
  const { page } = await openFinder(strata)
  await page.keyboard.press('Escape')
  for (const key of ['/films/Film:Greed', '/films/Film:Metropolis']) await strata.window.goTo(key)
  await page.reload()
  await expect(strata.window.keys).toBeVisible()
  await page.keyboard.press('Control+p')
  const options = page.getByRole('dialog', { name: 'Go to key' }).getByRole('option')
  await expect(options).toHaveCount(2)
  await expect(options.first()).toHaveAccessibleName(/Film:Metropolis/)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(strata.window.value).toHaveText('/films/Film:Greed')
})

for (const [what, pasted, key] of [
  ['with blanks around it', '  /films/Film:Greed  ', '/films/Film:Greed'],
  ['as the tree shows it', '/odd/line\\nbreak', '/odd/line\nbreak'],
  ['with the signs for blanks', '/odd/·blank·', '/odd/ blank '],
] as const) {
  test(`G2 a key is pasted ${what}`, async ({ strata }) => {
    const { dialog, field, page } = await openFinder(strata)
    await field.fill(pasted)
    await page.keyboard.press('Enter')
    await expect(dialog).toBeHidden()
    await expect(strata.window.value).toHaveText(key.replace('\n', ''))
  })
}

test('> opens the commands', async ({ strata }) => {
  const { dialog, page } = await openFinder(strata)
  await page.keyboard.type('>')
  await expect(dialog).toBeHidden()
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await expect(palette.getByRole('combobox')).toBeFocused()
})
