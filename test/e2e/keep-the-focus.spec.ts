import type { Page } from '@playwright/test'
import { expect, test } from './strata.ts'

const LARGE = { width: 1280, height: 800 }
const SIZES = [
  { width: 640, height: 800 },
  { width: 640, height: 400 },
  { width: 1280, height: 400 },
]

/** Resizes the window, and then expects the focus in the region. */
async function resize(page: Page, to: typeof LARGE, region: string): Promise<void> {
  await page.setViewportSize(to)
  await expectFocusIn(page, region)
}

/** Waits until the changed layout is stable, and then expects the focus in a region. */
async function expectFocusIn(page: Page, region: string): Promise<void> {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame)
  })
  const focused = await page.evaluate(() =>
    document.activeElement?.closest('[data-region]')?.getAttribute('data-region'),
  )
  expect(focused).toBe(region)
}

for (const size of SIZES) {
  test(`W101 the stack editor keeps the focus and the typed text from 1280×800 to ${size.width}×${size.height} and back`, async ({
    strata: { open, window },
  }) => {
    const { page } = window
    await page.setViewportSize(LARGE)
    await open({ type: 'sample' })
    await page.keyboard.press('Control+e')
    const tree = page.getByRole('tree', { name: 'Stack' })
    await expect(tree).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const label = page.getByRole('textbox', { name: 'Label' })
    const drawing = page.getByRole('region', { name: 'Drawing of the draft' })
    const text = page.getByRole('textbox', { name: 'Stack document' })

    // A field.
    await label.focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Quick')
    await resize(page, size, 'main')
    await expect(label).toBeFocused()
    await page.keyboard.type('er')
    await expect(label).toHaveValue('Quicker')
    await resize(page, LARGE, 'main')
    await expect(label).toBeFocused()
    await page.keyboard.press('Enter')

    // The tree.
    await tree.focus()
    await expect(tree).toContainText('Quicker')
    await resize(page, size, 'main')
    await expect(tree).toBeFocused()
    await page.keyboard.press('Control+z')
    await expect(tree).not.toContainText('Quicker')
    await resize(page, LARGE, 'main')
    await page.keyboard.press('Control+y')
    await expect(tree).toContainText('Quicker')

    // The drawing, which is not shown in a low window.
    await drawing.getByRole('button', { name: /^Quicker/ }).focus()
    await resize(page, size, 'main')
    await page.keyboard.press('Control+z')
    await expect(tree).not.toContainText('Quicker')
    await resize(page, LARGE, 'main')

    // The document.
    await text.focus()
    await resize(page, size, 'main')
    await expect(text).toBeFocused()
    await page.keyboard.press('Control+y')
    await expect(text).toContainText('Quicker')
    await resize(page, LARGE, 'main')
    await expect(text).toBeFocused()
  })
}

test('W101 the focus stays where it is, or moves to the visible tab, when columns become drawers', async ({
  strata: { open, window },
}) => {
  const { page, keys, inspector } = window
  const small = { width: 640, height: 400 }
  await page.setViewportSize(LARGE)
  await open({ type: 'sample' })
  await window.openText('/readme')
  await window.append('kept')
  await resize(page, small, 'main')
  await page.keyboard.press('Control+z')
  await expect(window.value).not.toContainText('kept')
  await resize(page, LARGE, 'main')

  await window.row('readme').click()
  await expect(keys).toBeFocused()
  await resize(page, small, 'main')
  await expect(window.value).toBeFocused()
  await page.keyboard.press('Control+b')
  await expect(keys).toBeFocused()
  await resize(page, LARGE, 'keys')
  await expect(keys).toBeFocused()

  await inspector.getByRole('button').first().focus()
  await resize(page, small, 'main')
  await resize(page, LARGE, 'main')

  await page.keyboard.press('Alt+Shift+f')
  const field = page.getByRole('combobox', { name: 'What is compared' })
  await field.focus()
  await resize(page, small, 'main')
  await expect(field).toBeFocused()
  await resize(page, LARGE, 'main')
  await expect(field).toBeFocused()
})
