import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './strata.ts'

test('W32 long lines wrap; Alt+Z turns that off, also after a reload', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await writeFile(join(folder, 'long.txt'), `${'word '.repeat(2000)}\n`)
  await open({ type: 'folder', path: folder })
  await window.openText('/long.txt')
  const height = () =>
    window.value
      .locator('.cm-line')
      .first()
      .evaluate(line => line.clientHeight)
  await expect.poll(height).toBeGreaterThan(100)
  await page.keyboard.press('Alt+z')
  await expect.poll(height).toBeLessThan(30)
  const wrap = page.getByRole('button', { name: 'Wrap lines' })
  await expect(wrap).toHaveAttribute('aria-pressed', 'false')
  await page.reload()
  // Before the page is loaded, the browser handles the keyboard.
  await expect(window.row('long.txt')).toBeVisible()
  await window.openText('/long.txt')
  await expect.poll(height).toBeLessThan(30)
  await wrap.click()
  await expect.poll(height).toBeGreaterThan(100)
})

const NUMBERS = '{"big":12345678901234567890,"list":[1.50,{"x":"a\\u0041"}]}\n'

test('W32 JSON is formatted on request without a change to its numbers, undone, and folded', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'data.json')
  await writeFile(file, NUMBERS)
  await open({ type: 'folder', path: folder })
  await window.openText('/data.json')
  await page.keyboard.press('Alt+Shift+J')
  const formatted =
    '{\n  "big": 12345678901234567890,\n  "list": [\n    1.50,\n    {\n      "x": "a\\u0041"\n    }\n  ]\n}\n'
  await expect.poll(() => window.text()).toBe(formatted)
  await page.keyboard.press('Control+z')
  await expect.poll(() => window.text()).toBe(NUMBERS)
  await page.getByRole('button', { name: 'Format value' }).click()
  await expect.poll(() => window.text()).toBe(formatted)
  await window.value.focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+Shift+BracketLeft')
  await expect(page.locator('.cm-foldPlaceholder')).toBeVisible()
  await page.keyboard.press('Control+Shift+BracketRight')
  await expect(page.locator('.cm-foldPlaceholder')).toBeHidden()
  await window.save()
  expect(await readFile(file, 'utf8')).toBe(formatted)
})

test('W32 a JSON of a megabyte in one line is formatted', async ({ strata: { open, window }, folder }) => {
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: 'x'.repeat(20) }))
  const file = join(folder, 'rows.json')
  await writeFile(file, JSON.stringify(rows))
  await open({ type: 'folder', path: folder })
  await window.openText('/rows.json')
  await window.page.keyboard.press('Alt+Shift+J')
  await window.save()
  expect(await readFile(file, 'utf8')).toBe(JSON.stringify(rows, undefined, 2))
})

test('W33 the find bar counts, finds next and previous, and replaces, by keyboard', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'text.txt')
  await writeFile(file, 'one two\nOne tone\n1 22 333\n')
  await open({ type: 'folder', path: folder })
  await window.openText('/text.txt')
  await page.keyboard.press('Control+f')
  const bar = page.getByRole('search', { name: 'Find in the value' })
  const field = bar.getByRole('textbox', { name: 'Find' })
  const status = bar.getByRole('status')
  await expect(field).toBeFocused()
  await page.keyboard.type('one')
  await expect(status).toHaveText('1 of 3')
  await page.keyboard.press('Enter')
  await expect(status).toHaveText('2 of 3')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.press('Shift+Enter')
  await expect(status).toHaveText('3 of 3')
  await bar.getByRole('button', { name: 'Match case' }).click()
  await expect(status).toHaveText('2 of 2')
  await bar.getByRole('button', { name: 'Whole words' }).click()
  await expect(status).toHaveText('1 of 1')
  await bar.getByRole('button', { name: 'Regular expression' }).click()
  await field.fill('[0-9]+')
  await expect(status).toHaveText(/of 3$/)
  await bar.getByRole('textbox', { name: 'Replace with' }).fill('#')
  await bar.getByRole('button', { name: 'Replace all' }).click()
  await expect(status).toHaveText('Not found')
  await field.fill('a(b')
  await expect(status).toContainText('missing closing')
  await page.keyboard.press('Escape')
  await expect(bar).toBeHidden()
  await expect(window.value).toBeFocused()
  await window.save()
  expect(await readFile(file, 'utf8')).toBe('one two\nOne tone\n# # #\n')
})

test('W33 an expression of exponential cost in other engines takes a moment', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await writeFile(join(folder, 'a.txt'), `${'a'.repeat(50_000)}!`)
  await open({ type: 'folder', path: folder })
  await window.openText('/a.txt')
  await page.keyboard.press('Control+f')
  const bar = page.getByRole('search', { name: 'Find in the value' })
  await bar.getByRole('button', { name: 'Regular expression' }).click()
  await bar.getByRole('textbox', { name: 'Find' }).fill('(a+)+$')
  await expect(bar.getByRole('status')).toHaveText('Not found')
})

test('W36 five megabytes of NUL are shown as text, and edited', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'nul.bin')
  await writeFile(file, Buffer.alloc(5 << 20))
  await open({ type: 'folder', path: folder })
  await window.goTo('/nul.bin')
  await page.getByRole('button', { name: 'Load all' }).click()
  await window.viewAs('Text')
  await expect(window.value).toContainText('U+0000 × 5,242,880')
  await window.append('x')
  await page.keyboard.press('Control+s')
  // It is too large to be recorded, so a confirmation is shown.
  await page.getByRole('alertdialog').getByRole('button', { name: 'Put', exact: true }).click()
  await expect(window.put).toBeDisabled()
  const bytes = await readFile(file)
  expect(bytes.length).toBe((5 << 20) + 1)
  expect(bytes.at(-1)).toBe('x'.charCodeAt(0))
})

test('W36 a text with too many invisible characters is shown as bytes, with the reason', async ({
  strata: { open, window },
  folder,
}) => {
  await writeFile(join(folder, 'mixed.bin'), Buffer.from('\u0000\u0001a'.repeat(100_000)))
  await open({ type: 'folder', path: folder })
  await window.goTo('/mixed.bin')
  await window.viewAs('Text')
  await expect(window.page.getByText('too many characters that cannot be seen')).toBeVisible()
  await expect(window.page.getByRole('grid', { name: /^Value/ }).first()).toBeVisible()
})
