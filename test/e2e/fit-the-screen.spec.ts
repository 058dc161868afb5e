import type { Locator, Page } from '@playwright/test'
import { expect, test } from './strata.ts'

/** The third is the second at 200 %, the last is the size that WCAG 1.4.10 requires. */
const SIZES = [
  { width: 900, height: 600 },
  { width: 1280, height: 800 },
  { width: 640, height: 400 },
  { width: 320, height: 600 },
]

const DIALOGS = [
  ['Command palette', 'Control+Shift+p'],
  ['Go to key', 'Control+p'],
  ['New key', 'Alt+n'],
  ['Open folder', 'Control+o'],
  ['Open stack file', 'Control+Shift+o'],
] as const

for (const viewport of SIZES) {
  test.describe(`at ${viewport.width}×${viewport.height}`, () => {
    test('W41 everything fits the window, and the toolbar is complete', async ({
      strata: { open, window },
    }) => {
      const { page } = window
      await open({ type: 'sample' })
      await page.setViewportSize(viewport)
      if (viewport.width < 700) await page.keyboard.press('Control+b')
      await window.row('films').click()
      await expectToFit(page)
      await window.openText('/films/Film:Metropolis')
      await window.append(' ')
      await expect(window.button('Review')).toBeVisible()
      await expectToFit(page)
      await window.value.focus()
      await window.page.keyboard.press('Control+z')
      await window.goTo('/images/teal/16x16.png')
      await expect(page.getByRole('img', { name: 'Content of /images/teal/16x16.png' })).toBeVisible()
      await expectToFit(page)
      await window.openText('/logs/2025.log')
      await expect(page.getByRole('group', { name: 'Pages' })).toBeVisible()
      await expectToFit(page)
      await window.goTo('/orders/2025/')
      await expect(page.getByRole('grid', { name: 'Children' })).toBeVisible()
      await expectToFit(page)
      await page.keyboard.press('Control+e')
      await expect(page.getByRole('tree', { name: 'Stack' })).toBeVisible()
      await expectToFit(page)
    })

    test('W41 every dialog fits the window', async ({ strata: { open, window } }) => {
      await open({ type: 'sample' })
      await window.page.setViewportSize(viewport)
      for (const [name, shortcut] of DIALOGS) {
        await window.page.keyboard.press(shortcut)
        const dialog = window.page.getByRole('dialog', { name })
        const box = (await dialog.boundingBox())!
        expect(box.x).toBeGreaterThanOrEqual(0)
        expect(box.y).toBeGreaterThanOrEqual(0)
        expect(box.x + box.width).toBeLessThanOrEqual(viewport.width)
        expect(box.y + box.height).toBeLessThanOrEqual(viewport.height)
        expect(await overflowing(window.page)).toEqual([])
        await window.page.keyboard.press('Escape')
        await expect(dialog).toBeHidden()
      }
    })
  })
}

for (const viewport of SIZES) {
  test(`W41 at ${viewport.width}×${viewport.height} "Go to key", a query and the problems are fully visible`, async ({
    strata: { open, window },
  }) => {
    const { page } = window
    await open({ type: 'sample' })
    await page.setViewportSize(viewport)
    await page.keyboard.press('Control+p')
    await page.keyboard.type('film')
    const dialog = page.getByRole('dialog', { name: 'Go to key' })
    await expect(dialog.getByRole('option').first()).toBeVisible()
    const found = dialog.getByText('368 of 368 keys looked at')
    await expect(found).toBeInViewport({ ratio: 1 })
    await expect(dialog.getByRole('button', { name: 'Open as a query' })).toBeInViewport({ ratio: 1 })
    expect(await isCut(found)).toBe(false)
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()

    await page.keyboard.press('Alt+Shift+f')
    await expect(page.getByRole('button', { name: /^Run/ })).toBeInViewport({ ratio: 1 })
    for (const name of ['What is compared', 'How it is compared']) {
      const choice = page.getByRole('combobox', { name })
      await expectWhole(choice)
    }
    expect(await overflowing(page)).toEqual([])

    await page.keyboard.press('Control+e')
    const state = page.getByText('Not saved to a file')
    await expect(state).toBeInViewport({ ratio: 1 })
    expect(await isCut(state.locator('..'))).toBe(false)
    expect(await overflowing(page)).toEqual([])
  })
}

for (const viewport of [...SIZES, { width: 560, height: 600 }]) {
  test(`W41 at ${viewport.width}×${viewport.height} a long choice of the stack editor is not cut`, async ({
    strata: { open, window },
  }) => {
    const { page } = window
    const tiers = [{ kind: 'memory' }, { kind: 'memory' }]
    const root = { kind: 'tiered', mode: 'write-back', tiers }
    await open({ type: 'document', document: { strata: 1, root } })
    await page.setViewportSize(viewport)
    await page.keyboard.press('Control+e')
    const writing = page.getByRole('combobox', { name: 'Writing' })
    await writing.focus()
    await expect(writing).toHaveValue('"write-back"')
    await expectWhole(writing)
    expect(await overflowing(page)).toEqual([])
  })
}

/** Expects that a choice is as wide as the longest of its options. */
async function expectWhole(choice: Locator): Promise<void> {
  const [natural, shown] = await choice.evaluate(select => {
    const { width } = select.getBoundingClientRect()
    const copy = select.cloneNode(true) as HTMLElement
    copy.style.cssText = 'position: absolute; width: max-content; max-width: none; flex: none'
    select.after(copy)
    const { width: whole } = copy.getBoundingClientRect()
    copy.remove()
    return [whole, width]
  })
  expect(shown).toBeGreaterThanOrEqual(natural - 1)
}

/** Whether a part of a text is cut off or outside the window. */
function isCut(text: Locator): Promise<boolean> {
  return text.evaluate(element => {
    const { left, right } = element.getBoundingClientRect()
    const around = element.closest('[role=dialog], section')?.getBoundingClientRect()
    const end = Math.min(innerWidth, around?.right ?? innerWidth)
    return left < 0 || right > end || element.scrollWidth > element.clientWidth + 1
  })
}

test('W41 below 900 px the Inspector collapses, below 700 px the keys become a drawer, and edits stay', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.openText('/readme')
  await window.append('kept')
  await page.setViewportSize({ width: 800, height: 600 })
  await expect(window.inspector).toBeHidden()
  await page.getByRole('button', { name: 'Inspector', exact: true }).click()
  await expect(window.inspector).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(window.inspector).toBeHidden()
  await page.setViewportSize({ width: 400, height: 600 })
  await expect(window.keys).toBeHidden()
  await page.getByRole('button', { name: 'Stacks and keys' }).press('Enter')
  await expect(window.keys).toBeFocused()
  await window.row('readme').click()
  await expect(window.keys).toBeHidden()
  await page.keyboard.press('Control+b')
  await expect(window.keys).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(window.keys).toBeHidden()
  await expect(window.value).toContainText('kept')
  await window.value.focus()
  await page.keyboard.press('Control+z')
  await expect(window.value).not.toContainText('kept')
  await page.setViewportSize({ width: 1280, height: 800 })
  await expect(window.keys).toBeVisible()
  await expect(window.inspector).toBeVisible()
})

async function expectToFit(page: Page): Promise<void> {
  const { width, height } = page.viewportSize()!
  for (const name of [/^Stack switcher/, 'New key', 'Go to key', 'Command palette', 'Read-only']) {
    const button = page.getByRole('banner').getByRole('button', { name })
    const box = (await button.boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.x + box.width).toBeLessThanOrEqual(width)
  }
  const status = (await page.getByRole('contentinfo').boundingBox())!
  expect(status.y + status.height).toBeLessThanOrEqual(height)
  expect(await overflowing(page)).toEqual([])
}

/**
 * Elements that scroll horizontally. Bytes and tabs may, and text that does not wrap: editors are out of
 * reach in shadow roots.
 */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll<HTMLElement>('body *')]
      .filter(element => {
        const { overflowX } = getComputedStyle(element)
        const canScroll =
          element === document.documentElement || overflowX === 'auto' || overflowX === 'scroll'
        const isBytes = element.role === 'grid' && element.ariaLabel === 'Value'
        return (
          canScroll &&
          !isBytes &&
          element.role !== 'tablist' &&
          element.scrollWidth > element.clientWidth &&
          element.checkVisibility()
        )
      })
      .map(element => `${element.tagName} ${element.getAttribute('aria-label') ?? element.className}`),
  )
}
