import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Strata, test } from './strata.ts'

const LINES = Array.from({ length: 60_000 }, (_, index) => `line ${index}: ${'x'.repeat(index % 60)}\r\n`)
const TEXT = LINES.join('')

async function openLarge({ open, window }: Strata, folder: string): Promise<string> {
  const file = join(folder, 'large.log')
  await writeFile(file, TEXT)
  await open({ type: 'folder', path: folder })
  await window.openText('/large.log')
  await expect(window.page.getByText('shown in pages, read-only')).toBeVisible()
  return file
}

function hashOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

test('a value above 1 MiB opens paged and read-only, and its pages can be turned', async ({
  strata,
  folder,
}) => {
  const { window } = strata
  const { page } = window
  expect(TEXT.length).toBeGreaterThan(2 * 1024 * 1024)
  const file = await openLarge(strata, folder)
  const pages = page.getByRole('group', { name: 'Pages' })
  await expect(window.value).toContainText('line 0:')
  await window.value.focus()
  await page.keyboard.type('typed')
  await expect(window.value).not.toContainText('typed')
  await expect(window.put).toBeDisabled()
  await pages.getByRole('button', { name: 'Last page' }).click()
  await expect(pages.getByRole('status')).toContainText(`of ${TEXT.length.toLocaleString('en-US')}`)
  await window.value.focus()
  await page.keyboard.press('Control+End')
  await expect(window.value).toContainText('line 59999:')
  await pages.getByRole('button', { name: 'First page' }).click()
  await expect(window.value).toContainText('line 0:')
  await window.viewAs('Bytes')
  const hex = page.getByRole('grid', { name: 'Value' })
  await expect(hex.getByRole('row').first()).toContainText('6C 69 6E 65', { ignoreCase: true })
  expect(await readFile(file, 'utf8')).toBe(TEXT)
})

test('W81 W82 a large value in UTF-16 is shown in pages, gets the focus, and can be shown in another encoding', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const text = `\ufeff${LINES.map(line => line.replace('line', 'Zeile für 狂')).join('')}`
  await writeFile(join(folder, 'wide.log'), Buffer.from(text, 'utf16le'))
  await writeFile(join(folder, 'narrow.log'), Buffer.from('Café an der Spree\n'.repeat(100_000), 'latin1'))
  await open({ type: 'folder', path: folder })
  await window.openText('/wide.log')
  await expect(window.value).toContainText('Zeile für 狂 0:')
  await expect(window.value).toBeFocused()
  const pages = page.getByRole('group', { name: 'Pages' })
  await pages.getByRole('button', { name: 'Last page' }).click()
  await expect(window.value).not.toContainText('Zeile für 狂 0:')
  await window.value.focus()
  await page.keyboard.press('Control+End')
  await expect(window.value).toContainText('Zeile für 狂 59999:')
  await window.openText('/narrow.log')
  await expect(window.value).toContainText('Café an der Spree')
  const encoding = page.getByRole('list', { name: 'Decoding' }).getByRole('button').first()
  await expect(encoding).toHaveText('Latin-1')
  await encoding.click()
  await page.getByRole('menuitem', { name: 'UTF-8', exact: true }).click()
  await expect(window.value).toContainText('Caf� an der Spree')
  await expect(page.getByText('This page holds bytes that are not UTF-8')).toBeVisible()
})

test('"Load all" makes it editable, and only edited bytes change', async ({ strata, folder }) => {
  const { window } = strata
  const file = await openLarge(strata, folder)
  await window.button('Load all').click()
  await expect(window.page.getByRole('group', { name: 'Pages' })).toBeHidden()
  await expect(window.value).toHaveAttribute('contenteditable', 'true')
  await window.value.focus()
  await window.page.keyboard.press('Control+Home')
  await window.page.keyboard.insertText('first ')
  await window.save()
  expect(hashOf(await readFile(file))).toBe(hashOf(`first ${TEXT}`))
})

test('"Save to file…" streams into the chosen file', async ({ strata, folder }) => {
  const { window } = strata
  // No test can drive the browser's own dialog: it answers with a file of the page's private file system.
  await window.page.addInitScript(() => {
    Object.assign(globalThis, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
        const root = await navigator.storage.getDirectory()
        return root.getFileHandle(suggestedName, { create: true })
      },
    })
  })
  await openLarge(strata, folder)
  await window.button('Save to file…').click()
  const saved = () =>
    window.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const file = await (await root.getFileHandle('large.log', { create: true })).getFile()
      return file.text()
    })
  await expect.poll(async () => (await saved()).length).toBe(TEXT.length)
  expect(hashOf(await saved())).toBe(hashOf(TEXT))
})

test('"Save to file…" is a download if the browser has no such dialog', async ({ strata, folder }) => {
  const { window } = strata
  await window.page.addInitScript(() => {
    Object.assign(globalThis, { showSaveFilePicker: undefined })
  })
  await openLarge(strata, folder)
  const downloading = window.page.waitForEvent('download')
  await window.button('Save to file…').click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe('large.log')
  expect(hashOf(await readFile(await download.path()))).toBe(hashOf(TEXT))
})

test('"Replace from file…" puts the bytes of another file', async ({ strata, folder }) => {
  const { window } = strata
  const file = await openLarge(strata, folder)
  const bytes = Buffer.alloc(5 * 1024 * 1024, Uint8Array.of(0, 1, 2, 250, 251))
  const choosing = window.page.waitForEvent('filechooser')
  await window.button('Replace from file…').click()
  await (await choosing).setFiles({ name: 'other.bin', mimeType: 'application/octet-stream', buffer: bytes })
  await expect(window.page.getByText('Nothing is written before Put.')).toBeVisible()
  expect(hashOf(await readFile(file))).not.toBe(hashOf(bytes))
  await window.button('Put').click()
  const question = window.page.getByRole('alertdialog', { name: 'This put cannot be undone' })
  await question.getByRole('button', { name: 'Put', exact: true }).click()
  await expect(window.inspector.getByRole('definition').getByText('5 MiB')).toBeVisible()
  expect(hashOf(await readFile(file))).toBe(hashOf(bytes))
})
