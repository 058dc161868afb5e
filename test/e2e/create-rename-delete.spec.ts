import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { differences, listing } from './listing.ts'
import { copyPackages } from './real-files.ts'
import { expect, test } from './strata.ts'

test('the key F2 renames a value in its row, and its file', async ({ strata: { open, window }, folder }) => {
  await copyPackages(folder)
  const before = await listing(folder)
  await open({ type: 'folder', path: folder })
  await window.row('zustand').click()
  await window.row('README.md').click()
  await expect(window.value).toBeVisible()
  await window.page.keyboard.press('F2')
  await window.page.getByRole('textbox', { name: 'New name' }).fill('About.md')
  await window.page.keyboard.press('Enter')
  await expect(window.row('About.md')).toHaveAttribute('aria-selected', 'true')
  await expect(window.row('README.md')).toBeHidden()
  await expect(window.tab('About.md')).toBeVisible()
  expect(differences(before, await listing(folder))).toEqual([
    join('zustand', 'About.md'),
    join('zustand', 'README.md'),
  ])
})

test('H8 F2 in a value renames it in the tree; in the dialog a name without a slash stays in its branch', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await window.openText('/films/Film:Metropolis')
  await page.keyboard.press('F2')
  const field = page.getByRole('textbox', { name: 'New name' })
  await expect(field).toBeFocused()
  await field.fill('/seen/Film:Metropolis')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Rename the value alone' }).click()
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector).toContainText('/seen/Film:Metropolis')
  await window.button('Rename key').click()
  const dialog = page.getByRole('dialog', { name: 'Rename key' })
  await dialog.getByRole('textbox', { name: 'New key' }).fill('Film:M')
  await expect(dialog).toContainText('/seen/Film:Metropolis becomes /seen/Film:M')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(inspector).not.toContainText('/seen/Film:Metropolis')
  await expect(inspector).toContainText('/seen/Film:M')
})

test('W45 Ctrl+Enter in the value of "New key" puts it, even with several lines', async ({
  strata: { open, window },
  folder,
}) => {
  await open({ type: 'folder', path: folder })
  const { keyboard } = window.page
  await keyboard.press('Alt+n')
  const dialog = window.page.getByRole('dialog', { name: 'New key' })
  await expect(dialog.getByRole('combobox', { name: 'Key' })).toBeFocused()
  await keyboard.type('/by-keyboard.txt')
  await dialog.getByRole('textbox', { name: 'Value' }).focus()
  await keyboard.type('one')
  await keyboard.press('Enter')
  await keyboard.type('two')
  await keyboard.press('Control+Enter')
  await expect(dialog).toBeHidden()
  await expect.poll(() => readFile(join(folder, 'by-keyboard.txt'), 'utf8').catch(() => '')).toBe('one\ntwo')
})

test('W46 W83 a short job is reported by its notification, and "Activity" stays closed', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await mkdir(join(folder, 'old'))
  for (const name of ['a.txt', 'b.txt']) await writeFile(join(folder, 'old', name), name)
  await open({ type: 'folder', path: folder })
  await expect(page.getByRole('region', { name: 'Activity' })).toBeHidden()
  await window.row('old').click()
  await page.keyboard.press('F2')
  await page.keyboard.type('new')
  await page.keyboard.press('Enter')
  await expect(window.notifications).toContainText('Moved "/old" to "/new"')
  await expect(window.row('new')).toBeVisible()
  await window.button('Show activity').click()
  await window.button('Clear finished jobs').click()
  await window.button('Hide activity').click()
  await expect(page.getByRole('region', { name: 'Activity' })).toBeHidden()
  expect(await readFile(join(folder, 'new', 'a.txt'), 'utf8')).toBe('a.txt')
})

test('a new key becomes a file; an existing one is not overwritten without confirmation', async ({
  strata: { open, window },
  folder,
}) => {
  await writeFile(join(folder, 'there.txt'), 'old')
  await open({ type: 'folder', path: folder })
  await window.button('New key').click()
  const dialog = window.page.getByRole('dialog', { name: 'New key' })
  await dialog.getByRole('combobox', { name: 'Key' }).fill('/deep/er/new.txt')
  await dialog.getByRole('textbox', { name: 'Value' }).fill('first line\nsecond line')
  await dialog.getByRole('button', { name: 'Put' }).click()
  await expect(dialog).toBeHidden()
  await expect(window.row('new.txt')).toHaveAttribute('aria-selected', 'true')
  await expect.poll(() => window.text()).toBe('first line\nsecond line')
  expect(await readFile(join(folder, 'deep', 'er', 'new.txt'), 'utf8')).toBe('first line\nsecond line')

  await window.button('New key').click()
  await dialog.getByRole('combobox', { name: 'Key' }).fill('/there.txt')
  await dialog.getByRole('textbox', { name: 'Value' }).fill('new')
  await dialog.getByRole('button', { name: 'Put' }).click()
  await expect(dialog.getByRole('alert')).toContainText('There is a value at /there.txt already')
  expect(await readFile(join(folder, 'there.txt'), 'utf8')).toBe('old')
  await dialog.getByRole('button', { name: 'Replace its value' }).click()
  await expect(dialog).toBeHidden()
  await expect(window.value).toHaveText('new')
  expect(await readFile(join(folder, 'there.txt'), 'utf8')).toBe('new')
})

test('F9 a key below a file is refused with an error that names the file', async ({
  strata: { open, window },
  folder,
}) => {
  await writeFile(join(folder, 'file.txt'), 'text')
  const before = await listing(folder)
  await open({ type: 'folder', path: folder })
  await window.button('New key').click()
  const dialog = window.page.getByRole('dialog', { name: 'New key' })
  await dialog.getByRole('combobox', { name: 'Key' }).fill('/file.txt/below')
  await dialog.getByRole('button', { name: 'Put' }).click()
  await expect(dialog.getByRole('alert')).toContainText('"/file.txt" is a file')
  expect(differences(before, await listing(folder))).toEqual([])
})

test('deleting a key deletes its file and closes its tab, and changes nothing else', async ({
  strata: { open, window },
  folder,
}) => {
  await copyPackages(folder)
  const before = await listing(folder)
  await open({ type: 'folder', path: folder })
  await window.goTo('/react/LICENSE')
  await expect(window.row('LICENSE')).toHaveAttribute('aria-selected', 'true')
  await window.button('Delete key').click()
  await expect(window.row('LICENSE')).toBeHidden()
  await expect(window.tab('LICENSE')).toBeHidden()
  expect(differences(before, await listing(folder))).toEqual([join('react', 'LICENSE')])
  await window.notifications.getByRole('button', { name: 'Undo' }).click()
  await expect(window.row('LICENSE')).toBeVisible()
  // The row is shown once the file has its name; the folder of temporary files is removed after that.
  await expect
    .poll(async () =>
      differences(before, await listing(folder)).filter(name => name !== join('react', 'LICENSE')),
    )
    .toEqual([])
})

test('H11 deleting a branch shows the number of keys, runs as a job, and deletes nothing else', async ({
  strata: { open, window },
  folder,
}) => {
  await copyPackages(folder)
  const entries = await readdir(join(folder, 'zustand'), { recursive: true, withFileTypes: true })
  const count = entries.filter(entry => entry.isFile()).length
  const before = await listing(folder)
  await open({ type: 'folder', path: folder })
  await window.row('zustand').click()
  await window.page.keyboard.press('Delete')
  const question = window.page.getByRole('alertdialog', { name: 'Delete branch' })
  await question.getByRole('button', { name: `Delete ${count} keys` }).click()
  await expect(window.notifications).toContainText(`Deleted ${count} keys`)
  await expect(window.row('zustand')).toBeHidden()
  const gone = differences(before, await listing(folder))
  expect(gone.length).toBeGreaterThanOrEqual(count)
  expect(gone.filter(name => !name.startsWith(join('zustand', '')))).toEqual([])
  expect(await readdir(folder)).not.toContain('zustand')
})

test('H20 H21 a file that is not a key is reported, never deleted, and keeps its branch', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await mkdir(join(folder, 'bare'))
  await mkdir(join(folder, 'held'))
  await writeFile(join(folder, 'held', 'one.txt'), '1')
  await symlink('/nowhere', join(folder, 'held', 'link'))
  await open({ type: 'folder', path: folder })
  const deleteBranch = async (name: string) => {
    await window.row(name).click()
    await page.keyboard.press('Delete')
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Delete/ })
      .click()
  }
  await deleteBranch('bare')
  await expect(window.notifications).toContainText('Deleted "/bare", which held no keys')
  await expect(window.row('bare')).toBeHidden()
  await deleteBranch('held')
  await expect(window.notifications).toContainText(
    'Deleted 1 key, but the branch "/held" is still there: it contains the symbolic link "/held/link"',
  )
  await expect(window.row('one.txt')).toBeHidden()
  await expect(window.row('held')).toHaveAttribute('aria-expanded', 'false')
  await window.row('held').click()
  await expect(page.getByRole('note', { name: 'Not shown' })).toHaveText(
    '1 entry of "/held" is not shown: symbolic link "link"',
  )
  expect(await readdir(folder, { recursive: true })).toEqual(['held', join('held', 'link')])
})

test('K3 names with line breaks, spaces, colons and any script are shown, opened and put', async ({
  strata: { open, window },
  folder,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no files of such names')
  const names = [
    'two\nlines.txt',
    ' spaces ',
    '100% sure?',
    'a:b:c',
    'Überblick',
    '📼 狂った',
    'quote"\\back',
  ]
  for (const name of names) await writeFile(join(folder, name), 'old')
  await open({ type: 'folder', path: folder })
  for (const name of names) {
    const row = window.keys.locator(
      `[role="treeitem"][aria-label=${JSON.stringify(name).replace('\\n', '\\a ')}]`,
    )
    await row.click()
    await expect(row).toHaveAttribute('aria-selected', 'true')
    await expect(window.value).toHaveText('old')
    await window.typeOver('new')
    await window.save()
    expect(await readFile(join(folder, name), 'utf8')).toBe('new')
  }
  expect((await readdir(folder)).sort()).toEqual([...names].sort())
})

test('W39 F2 selects a name without its extension, shows the resulting key, and keeps a branch open', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await mkdir(join(folder, 'branch', 'inner'), { recursive: true })
  await writeFile(join(folder, 'branch', 'a.b.txt'), 'a')
  await writeFile(join(folder, 'branch', 'inner', 'deep.txt'), 'deep')
  await writeFile(join(folder, 'branch', 'inner', 'more.txt'), 'more')
  await open({ type: 'folder', path: folder })
  await window.goTo('/branch/inner/deep.txt')
  await window.row('a.b.txt').click()
  await page.keyboard.press('F2')
  await page.keyboard.type('c')
  const field = page.getByRole('textbox', { name: 'New name' })
  await expect(field).toHaveValue('c.txt')
  await expect(window.keys.getByRole('status')).toHaveText('Becomes /branch/c.txt')
  await page.keyboard.press('Enter')
  await expect(window.row('c.txt')).toBeVisible()

  await window.row('branch').click()
  // The click has closed it.
  await page.keyboard.press('ArrowRight')
  await expect(window.row('deep.txt')).toBeVisible()
  await page.keyboard.press('F2')
  await page.keyboard.type('moved')
  await page.keyboard.press('Enter')
  await expect(window.row('moved')).toHaveAttribute('aria-expanded', 'true')
  await expect(window.row('inner')).toHaveAttribute('aria-expanded', 'true')
  await expect(window.row('deep.txt')).toBeVisible()
  expect(await readFile(join(folder, 'moved', 'inner', 'deep.txt'), 'utf8')).toBe('deep')
})

test('W39 a message at the field for a new name is fully visible in the last row of the tree', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  for (let number = 10; number < 60; number++) await writeFile(join(folder, `key ${number}`), '')
  await open({ type: 'folder', path: folder })
  await window.keys.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('F2')
  await page.keyboard.type('a/../b')
  const message = window.keys.getByRole('alert')
  await expect(message).toBeVisible()
  const [shown, tree] = [await message.boundingBox(), await window.keys.boundingBox()]
  expect((shown?.y ?? 0) + (shown?.height ?? 0)).toBeLessThanOrEqual((tree?.y ?? 0) + (tree?.height ?? 0))
  await page.keyboard.press('Escape')
  await expect(message).toBeHidden()
})
