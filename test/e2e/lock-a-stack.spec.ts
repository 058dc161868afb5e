import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { differences, listing } from './listing.ts'
import { expect, test } from './strata.ts'

test.beforeEach(async ({ folder }) => {
  await mkdir(join(folder, 'keys'))
  for (const name of ['a.txt', 'b.txt']) await writeFile(join(folder, 'keys', name), name)
})

test('the lock is set with one press, blocks every way to write, and can be removed', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const path = join(folder, 'keys')
  await open({ type: 'folder', path })
  await window.openText('/a.txt')
  await window.append('!')
  await expect(window.put).toBeEnabled()
  const before = await listing(path)

  await page.keyboard.press('Control+Shift+l')
  const lock = window.button('Read-only')
  await expect(lock).toHaveAttribute('aria-pressed', 'true')
  await expect(window.status).toContainText('Read-only')
  await expect(window.put).toBeDisabled()
  await expect(page.getByText('Read-only: the stack is locked')).toBeVisible()
  await window.value.focus()
  await page.keyboard.press('Control+s')
  for (const name of ['New key', 'Delete key', 'Rename key', 'Replace from file…']) {
    await expect(window.button(name)).toBeDisabled()
  }
  await page.keyboard.press('Control+Shift+e')
  await page.keyboard.press('End')
  await page.keyboard.press('Delete')
  await expect(page.getByText('Cannot delete keys: the stack is locked')).toBeVisible()
  await page.keyboard.press('F2')
  await expect(page.getByText('Cannot rename keys: the stack is locked')).toBeVisible()
  const howTo = 'Unlock it with the lock in the toolbar (Ctrl+Shift+L).'
  await expect(page.getByText(howTo)).toBeVisible()
  expect(differences(before, await listing(path))).toEqual([])

  await lock.click()
  await expect(lock).toHaveAttribute('aria-pressed', 'false')
  await window.save()
  expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('a.txt!')
})

test('a lock is kept when the folder is opened again', async ({ strata: { host, open, window }, folder }) => {
  const path = join(folder, 'keys')
  const { id } = await open({ type: 'folder', path })
  await window.button('Read-only').click()
  await expect(window.status).toContainText('Read-only')
  await window.page.getByRole('grid', { name: 'Saved stacks' }).getByRole('row').hover()
  await window.button('Close keys').click()
  const welcome = window.page.getByRole('region', { name: 'Welcome' })
  await welcome.getByRole('button', { name: /^keys/ }).click()
  await expect(window.row('a.txt')).toBeVisible()
  await expect(window.button('Read-only')).toHaveAttribute('aria-pressed', 'true')
  expect((await host.open({ type: 'folder', path })).id).not.toBe(id)
})

test('a stack of kind read-only shows its keys, and reports that it accepts no writes', async ({
  strata: { open, window },
  folder,
}) => {
  const path = join(folder, 'keys')
  const root = { kind: 'read-only', store: { kind: 'fs', path, layout: 'plain' } }
  await open({ type: 'document', document: { strata: 1, name: 'Archive', root } })
  await expect(window.status).toContainText('This stack can’t be written')
  await window.openText('/a.txt')
  await expect(window.value).toHaveText('a.txt')
  await expect(window.page.getByText('Read-only: the stack takes no writes')).toBeVisible()
  await window.value.focus()
  await window.page.keyboard.type('x')
  await expect(window.value).toHaveText('a.txt')
  await expect(window.button('Delete key')).toBeDisabled()
})

test('F4 D18 a folder without write permission is reported by name, and the edits are kept', async ({
  strata: { open, window },
  folder,
}) => {
  test.skip(process.getuid?.() === 0, 'the permissions of a folder do not bind the user root')
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  const path = join(folder, 'keys')
  await chmod(path, 0o555)
  await open({ type: 'folder', path })
  await window.openText('/a.txt')
  await window.append('!')
  await window.put.click()
  await expect(window.page.getByRole('alert')).toContainText('"/a.txt": permission denied')
  await expect.poll(() => window.text()).toBe('a.txt!')
  expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('a.txt')
  await chmod(path, 0o755)
  await window.button('Put again').click()
  await expect(window.put).toBeDisabled()
  expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('a.txt!')
})

test('W1 the table of a locked stack names the lock and how to unlock when it refuses to write', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const path = join(folder, 'keys')
  await mkdir(join(path, 'below'))
  await writeFile(join(path, 'below', 'c.txt'), 'c')
  await open({ type: 'folder', path })
  await window.goTo('/below/')
  const table = page.getByRole('grid', { name: 'Children' })
  await expect(table.getByText('c.txt')).toBeVisible()
  await page.keyboard.press('Control+Shift+l')
  await expect(window.status).toContainText('Read-only')
  const before = await listing(path)
  for (const [keys, action] of [
    ['Delete', 'delete'],
    ['Control+d', 'duplicate'],
    ['Control+x', 'cut'],
    ['Control+v', 'paste'],
  ] as const) {
    await table.focus()
    await page.keyboard.press(keys)
    const refusal = window.notifications.getByText(`Cannot ${action} keys: the stack is locked`)
    await expect(refusal).toBeVisible()
    await expect(window.notifications).toContainText('Unlock it with the lock in the toolbar (Ctrl+Shift+L).')
  }
  expect(differences(before, await listing(path))).toEqual([])
})
