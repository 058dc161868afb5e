import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { ClassicLevel } from 'classic-level'
import { Key } from '../../src/core/key.ts'
import { openStack } from '../../src/core/node/stack.ts'
import { startProgram } from './program.ts'
import { expect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

const nothing = { type: 'document', document: { strata: 1, root: { kind: 'memory' } } } as const

/** Types a path or address into "Open…", by keyboard, and waits until the dialog closes. */
async function openByKeyboard(window: StrataWindow, text: string): Promise<void> {
  const dialog = window.page.getByRole('dialog', { name: 'Open', exact: true })
  await window.page.keyboard.press('Alt+Shift+O')
  await expect(dialog.getByRole('combobox', { name: 'Address or path' })).toBeFocused()
  await window.page.keyboard.insertText(text)
  await expect(dialog.getByRole('option')).toHaveCount(1)
  await window.page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
}

/** Writes a LevelDB folder as datastore-level does. */
async function levelFolder(path: string, values: Readonly<Record<string, string>>): Promise<void> {
  const level = new ClassicLevel<string, string>(path)
  for (const [key, value] of Object.entries(values)) await level.put(key, value)
  await level.close()
}

test('E11 a LevelDB folder of another program is opened, edited and closed by keyboard', async ({
  strata: { host, open, window },
  folder,
}) => {
  const path = join(folder, 'blocks')
  await levelFolder(path, { '/users/ada': 'first', '/users/bob': 'second', 'no path': 'third' })
  await open(nothing)
  await openByKeyboard(window, path)
  await expect(window.row('users')).toBeVisible()
  await window.openText('/users/ada')
  expect(await window.text()).toBe('first')
  await window.typeOver('edited')
  await window.save()
  await host.close()
  const level = new ClassicLevel<string, string>(path)
  expect(await level.get('/users/ada')).toBe('edited')
  expect(await level.get('no path')).toBe('third')
  await level.close()
})

test('E11 an SQLite file of another program is opened, browsed and edited by keyboard', async ({
  strata: { host, open, window },
  folder,
}) => {
  const path = join(folder, 'shop.db')
  const before = new DatabaseSync(path)
  before.exec('CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)')
  const insert = before.prepare('INSERT INTO settings VALUES (?, ?)')
  for (const name of ['/shop/title', '/shop/open', '/mail/from']) insert.run(name, `of ${name}`)
  before.close()

  await open(nothing)
  await openByKeyboard(window, path)
  await expect(window.row('shop')).toBeVisible()
  for (const key of ['Control+Shift+e', 'End', 'ArrowRight']) await window.page.keyboard.press(key)
  await expect(window.row('title')).toBeVisible()
  for (const key of ['ArrowRight', 'ArrowDown', 'Enter']) await window.page.keyboard.press(key)
  await expect(window.value).toHaveText('of /shop/title')
  await window.typeOver('Corner shop')
  await window.save()
  await host.close()

  const after = new DatabaseSync(path)
  expect(after.prepare('SELECT * FROM settings ORDER BY name').all()).toEqual([
    { name: '/mail/from', value: 'of /mail/from' },
    { name: '/shop/open', value: 'of /shop/open' },
    { name: '/shop/title', value: 'Corner shop' },
  ])
  after.close()
})

test('E11 a path that cannot be opened is reported in the dialog, and a folder opens from there', async ({
  strata: { open, window },
  folder,
}) => {
  await mkdir(join(folder, 'docs'))
  await writeFile(join(folder, 'docs', 'a.txt'), 'text')
  await open(nothing)
  await window.page.keyboard.press('Alt+Shift+O')
  const dialog = window.page.getByRole('dialog', { name: 'Open', exact: true })
  const field = dialog.getByRole('combobox', { name: 'Address or path' })
  await field.fill('gopher://example.org')
  await expect(dialog.getByRole('alert')).toContainText('Cannot open an address of "gopher"')
  await field.fill(join(folder, 'nothing'))
  await expect(dialog.getByRole('alert')).toContainText('there is no such file or folder')
  await expect(dialog.getByRole('button', { name: 'Continue' })).toBeDisabled()
  await field.fill(join(folder, 'docs'))
  await dialog.getByRole('option', { name: 'Folder docs' }).click()
  await expect(window.row('a.txt')).toBeVisible()
  expect(await readFile(join(folder, 'docs', 'a.txt'), 'utf8')).toBe('text')
})

test('E7 E11 the built program opens a database of each kind from its command line', async ({
  page,
  folder,
}) => {
  const window = new StrataWindow(page)
  for (const kind of ['leveldb', 'lmdb', 'sqlite']) {
    const path = join(folder, kind)
    const stack = await openStack({ strata: 1, root: { kind, path } })
    await stack.store.put(Key.of(`in ${kind}`), new Uint8Array([49]))
    await stack.close()
    const program = await startProgram(join(folder, `data-${kind}`), [`${kind}:${path}`, '--port', '0'])
    await window.open(program.address)
    await expect(window.row(`in ${kind}`)).toBeVisible()
    await page.goto('about:blank')
    await program.stop()
  }
})

test('E25 a dropped folder opens if its path is known, and otherwise the window asks for it', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const path = join(folder, 'blocks')
  await levelFolder(path, { '/users/ada': 'first' })
  await open(nothing)
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['x'], 'blocks'))
    return data
  })
  const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
  await expect(dialog.getByRole('status')).toContainText('A browser does not reveal the path')
  await expect(dialog.getByRole('combobox', { name: 'Address or path' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()

  // The message that the desktop shell posts to its own window.
  const post = (file: string) =>
    page.evaluate(
      text => globalThis.postMessage({ type: 'strata:dropped', path: text }, location.origin),
      file,
    )
  await post(path)
  await expect(window.row('users')).toBeVisible()
  await post(join(folder, 'nothing'))
  await expect(dialog.getByRole('alert')).toContainText('there is no such file or folder')
})
