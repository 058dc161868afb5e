import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeViolations } from '../axe.ts'
import { expect, test } from './strata.ts'

// Two checks of each view.
test.slow()

/** The violations that axe finds in the current page, however minor, in light and in dark. */
async function expectNoViolation(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await isDark(page)).toBe(colorScheme === 'dark')
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
}

function isDark(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const [red = 255] = getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []
    return Number(red) < 128
  })
}

test('W80 axe finds no violations in the welcome page, and while the host is unreachable', async ({
  strata: { shell, window },
}) => {
  const { page } = window
  await page.goto(shell.address)
  await expect(page.getByRole('region', { name: 'Welcome' })).toBeVisible()
  await expectNoViolation(page)
  await page.evaluate(() => sessionStorage.clear())
  await page.goto(shell.address.replace(/#.*/, '#'))
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('Strata can’t be reached')
  await expectNoViolation(page)
})

test('W80 axe finds no violations in the overview, the tree and its menu', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.row('films').click()
  await expect(window.row('Film:Metropolis')).toBeVisible()
  await expectNoViolation(page)
  await window.row('Film:Metropolis').click({ button: 'right' })
  await expect(page.getByRole('menu')).toBeVisible()
  await expectNoViolation(page)
  await page.keyboard.press('Escape')
  await window.row('Film:Metropolis').click()
  await page.keyboard.press('F2')
  await expect(page.getByRole('textbox', { name: 'New name' })).toBeVisible()
  await expectNoViolation(page)
})

for (const { view, key } of [
  { view: 'Text', key: '/readme' },
  { view: 'JSON', key: '/films/Film:Metropolis' },
  { view: 'Image', key: '/images/teal/16x16.png' },
  { view: 'Bytes', key: '/images/teal/16x16.png' },
] as const) {
  test(`W80 axe finds no violations in a key tab as ${view}`, async ({ strata: { open, window } }) => {
    const { page } = window
    await open({ type: 'sample' })
    await window.goTo(key)
    await window.viewAs(view)
    if (view === 'Image') await expect(page.getByRole('region', { name: 'Picture' })).toBeVisible()
    else if (view === 'Bytes') await expect(page.getByRole('grid', { name: 'Value' })).toBeVisible()
    else await window.append('x')
    await expectNoViolation(page)
    if (view === 'Bytes' || view === 'Image') return
    await window.button('Review').click()
    await expect(page.getByRole('textbox', { name: 'Value with the edits' })).toBeVisible()
    await expectNoViolation(page)
  })
}

test('W80 axe finds no violations in a paged value, a branch tab and the job that counts it', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.openText('/logs/2025.log')
  await expect(page.getByRole('group', { name: 'Pages' })).toBeVisible()
  await expectNoViolation(page)
  await window.goTo('/orders/2025/')
  await expect(page.getByRole('grid', { name: 'Children' })).toContainText('01')
  await window.button('Count keys').click()
  await expect(page.getByText(/120 keys,.*at and below/)).toBeVisible()
  await page.keyboard.press('Control+j')
  await expectNoViolation(page)
})

test('W80 axe finds no violations in the stack editor and its templates', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await page.keyboard.press('Control+e')
  await expect(page.getByRole('tree', { name: 'Stack' })).toBeVisible()
  await expectNoViolation(page)
  const document = page.getByRole('textbox', { name: 'Stack document' })
  await window.pasteOver(document, '{ "strata": 1, "root": { "kind": "memory" } }')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('dialog', { name: 'Apply changes to Sample' })).toBeVisible()
  await expectNoViolation(page)
  await page.keyboard.press('Escape')
  await window.pasteOver(document, '{ "strata": 1, "root": { "kind": "memroy", "odd": 1 } }')
  await expect(page.getByRole('list', { name: 'Problems' })).toBeVisible()
  await expectNoViolation(page)
  await page.keyboard.press('Alt+Shift+n')
  await expect(page.getByRole('list', { name: 'Templates' })).toBeVisible()
  await expectNoViolation(page)
})

test('W80 axe finds no violations in the dialogs', async ({ strata: { open, window } }) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.row('films').click()
  for (const [name, shortcut] of [
    ['Command palette', 'Control+Shift+p'],
    ['Go to key', 'Control+p'],
    ['New key', 'Alt+n'],
    ['Open folder', 'Control+o'],
    ['Open stack file', 'Control+Shift+o'],
  ] as const) {
    await page.keyboard.press(shortcut)
    await expect(page.getByRole('dialog', { name })).toBeVisible()
    await expectNoViolation(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
  }
})

test('W80 axe finds no violations in confirmations of losses', async ({ strata: { open, window } }) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.openText('/films/Film:Metropolis')
  await window.button('Rename key').click()
  await expect(page.getByRole('dialog', { name: 'Rename key' })).toBeVisible()
  await expectNoViolation(page)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Shift+e')
  await page.keyboard.press('Delete')
  await page.getByRole('radio', { name: /everything below/ }).check()
  await expect(page.getByRole('list', { name: 'What goes' })).toBeVisible()
  await expectNoViolation(page)
  await page.keyboard.press('Escape')
  await window.append(' ')
  await page.keyboard.press('Alt+w')
  await expect(page.getByRole('alertdialog', { name: 'Unsaved changes' })).toBeVisible()
  await expectNoViolation(page)
})

test('W80 axe finds no violations in a conflict, in its merge, and in a failure', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'value.txt')
  await writeFile(file, 'one\n')
  await open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await window.append('mine')
  await writeFile(file, 'theirs\n')
  await page.keyboard.press('Control+s')
  await expect(window.button('Merge')).toBeVisible()
  await expectNoViolation(page)
  await window.button('Merge').click()
  await expect(page.getByRole('textbox', { name: 'Merged value' })).toBeVisible()
  await expectNoViolation(page)
})

test('W80 axe finds no violations in a locked stack, a missing key and notifications', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await writeFile(join(folder, 'value.txt'), 'one\n')
  await open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await window.button('Read-only').click()
  await expect(window.notifications).toContainText('is read-only now')
  await expectNoViolation(page)
})
