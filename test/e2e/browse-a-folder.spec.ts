import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { differences, listing } from './listing.ts'
import { copyPackages } from './real-files.ts'
import { expect, test } from './strata.ts'

test.beforeEach(async ({ folder }) => copyPackages(folder))

test('D9 the tree shows several hundred files level by level, and the status bar counts them', async ({
  strata: { open, window },
  folder,
}) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).length
  expect(files).toBeGreaterThan(300)
  await open({ type: 'folder', path: folder })
  await expect(window.status).toContainText(`${files} keys`)
  const names = (await readdir(join(folder, 'react'))).sort()
  await window.row('react').click()
  await expect(window.row('react')).toHaveAttribute('aria-expanded', 'true')
  for (const [index, name] of names.entries()) {
    const row = window.keys.locator(`[aria-level="2"][aria-posinset="${index + 1}"]`)
    await expect(row).toHaveAttribute('aria-label', new RegExp(`^${name.replaceAll('.', '\\.')}`))
  }
})

test('an edit put with Ctrl+S changes only its file', async ({ strata: { open, window }, folder }) => {
  const file = join(folder, 'zustand', 'package.json')
  const bytes = await readFile(file, 'utf8')
  const before = await listing(folder)
  await open({ type: 'folder', path: folder })
  await window.row('zustand').click()
  await window.row('package.json').click()
  await expect(window.value).toContainText('"name"')
  await window.append(' ')
  await window.save()
  expect(await readFile(file, 'utf8')).toBe(`${bytes} `)
  expect(differences(before, await listing(folder))).toEqual([join('zustand', 'package.json')])
})

test('a button that is disabled by its own press keeps the focus', async ({
  strata: { open, window },
  folder,
}) => {
  await open({ type: 'folder', path: folder })
  await window.openText('/react/package.json')
  await window.append(' ')
  await window.put.focus()
  await window.page.keyboard.press('Enter')
  await expect(window.put).toBeDisabled()
  await expect(window.put).toBeFocused()
  await window.page.keyboard.press('Enter')
  await window.page.keyboard.press('Shift+Tab')
  await expect(window.put).not.toBeFocused()
  await expect(window.put).toHaveAttribute('disabled')
})

test('saving without an edit does not change bytes and times', async ({
  strata: { open, window },
  folder,
}) => {
  const before = await listing(folder)
  await open({ type: 'folder', path: folder })
  await window.openText('/zustand/package.json')
  await window.value.focus()
  await window.page.keyboard.press('Control+s')
  await window.append('x')
  await expect(window.put).toBeEnabled()
  await window.page.keyboard.press('Control+z')
  await expect(window.put).toBeDisabled()
  await window.page.keyboard.press('Control+s')
  // The requests of those presses, if any, would be answered before this one.
  await window.openText('/react/package.json')
  expect(differences(before, await listing(folder))).toEqual([])
})

test('"Refresh the keys" shows a file that another program added', async ({
  strata: { open, window },
  folder,
}) => {
  await open({ type: 'folder', path: folder })
  await expect(window.row('zustand')).toBeVisible()
  await writeFile(join(folder, 'made-elsewhere.txt'), 'here')
  await appendFile(join(folder, 'react', 'package.json'), '\n')
  await window.button('Refresh the keys').click()
  await window.row('made-elsewhere.txt').click()
  await expect(window.value).toHaveText('here')
})

test('W40 a row of a key put here looks like the others', async ({ strata: { open, window }, folder }) => {
  await writeFile(join(folder, 'a.txt'), 'a')
  await writeFile(join(folder, 'b.txt'), 'b')
  await open({ type: 'folder', path: folder })
  await window.openText('/a.txt')
  await window.append('more')
  await window.save()
  await expect(window.inspector).toContainText('5 bytes')
  await expect(window.row('a.txt')).toHaveText('a.txt')
  await expect(window.row('b.txt')).toHaveText('b.txt')
})

test('W44 after a reload, the expanded branches and the selected key are restored', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await mkdir(join(folder, 'branch', 'inner'), { recursive: true })
  for (const name of ['one.txt', 'two.txt']) await writeFile(join(folder, 'branch', 'inner', name), name)
  await writeFile(join(folder, 'branch', 'other.txt'), 'other')
  await open({ type: 'folder', path: folder })
  await window.goTo('/branch/inner/two.txt')
  await expect(window.row('two.txt')).toHaveAttribute('aria-selected', 'true')
  await page.reload()
  await expect(window.row('two.txt')).toHaveAttribute('aria-selected', 'true')
  await expect(window.row('inner')).toHaveAttribute('aria-expanded', 'true')
  await expect(window.tab('two.txt')).toHaveAttribute('aria-selected', 'true')
  await expect(window.inspector).toContainText('/branch/inner/two.txt')
})
