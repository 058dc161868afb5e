import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError } from '../../src/core/errors.ts'
import { openStoreOf } from '../../src/core/open/datastore.ts'
import { memoryStore } from './memory-store.ts'
import { expect, test } from './strata.ts'

test('a folder deleted by another program is reported, and the window can open another', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  for (const name of ['lost', 'other']) {
    await mkdir(join(folder, name, 'below'), { recursive: true })
    await writeFile(join(folder, name, 'a.txt'), `a of ${name}`)
    await writeFile(join(folder, name, 'b.txt'), `b of ${name}`)
  }
  await open({ type: 'folder', path: join(folder, 'lost') })
  await window.openText('/a.txt')
  await window.append('!')
  await rm(join(folder, 'lost'), { recursive: true })

  await window.value.focus()
  await page.keyboard.press('Control+s')
  const gone = `the folder "${join(folder, 'lost')}" of this store has disappeared`
  const failure = page.getByRole('tabpanel').getByRole('alert').filter({ hasText: 'Cannot put' })
  await expect(failure).toContainText(`Cannot put "/a.txt": ${gone}`)
  await expect.poll(() => window.text()).toBe('a of lost!')

  await window.button('Refresh the keys').click()
  await expect(page.getByRole('navigation', { name: 'Stacks' })).toContainText(`Cannot list "/": ${gone}`)

  await page.keyboard.press('Control+o')
  const dialog = page.getByRole('dialog', { name: 'Open folder' })
  await dialog.getByRole('combobox', { name: 'Path' }).fill(join(folder, 'other'))
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await window.row('b.txt').click()
  await expect(window.value).toHaveText('b of other')
  await window.append('?')
  await window.save()
})

test('a missing folder is refused in the dialog, at its path', async ({
  strata: { shell, window },
  folder,
}) => {
  const { page } = window
  await page.goto(shell.address)
  await expect(page.getByRole('region', { name: 'Welcome' })).toBeVisible()
  await page.keyboard.press('Control+o')
  const dialog = page.getByRole('dialog', { name: 'Open folder' })
  await dialog.getByRole('combobox', { name: 'Path' }).fill(join(folder, 'nowhere'))
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('There is no folder "nowhere"')
  await dialog.getByRole('combobox', { name: 'Path' }).fill(folder)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByText('There are no keys here yet.')).toBeVisible()
})

test('P5 a failure is shown with its id from the log, and both can be copied', async ({
  strata: { show, window },
}) => {
  const store = await memoryStore(['/a'])
  const message = 'Cannot delete "/a": the disk is full'
  openStoreOf(store).store.remove = () => Promise.reject(new DatastoreError('IO', message))
  await show('Full', store)
  await window.goTo('/a')
  await window.button('Delete key').click()
  await expect(window.notifications).toContainText(/Failure [0-9a-f]{8}/)
  await window.notifications.getByRole('button', { name: 'Copy the failure' }).click()
  const copied = () => window.page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied).toMatch(/^Cannot delete "\/a": the disk is full \(failure [0-9a-f]{8}\)$/)
})
