import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './strata.ts'

const BOM = '\uFEFF'

/** Each value with the text typed at its end, and the expected bytes. */
const VALUES = [
  { name: 'windows.txt', before: 'one\r\ntwo\r\n', typed: 'three', after: 'one\r\ntwo\r\nthree' },
  { name: 'mixed.txt', before: 'a\r\nb\nc\r\nd', typed: '!', after: 'a\r\nb\nc\r\nd!' },
  { name: 'bom.json', before: `${BOM}{ "a": 1 }\n`, typed: ' ', after: `${BOM}{ "a": 1 }\n ` },
  {
    name: 'numbers.json',
    before: '{ "id": 12345678901234567890, "price": 22.00, "rate": 1E400, "tiny": 0.10 }',
    typed: ' ',
    after: '{ "id": 12345678901234567890, "price": 22.00, "rate": 1E400, "tiny": 0.10 } ',
  },
  {
    name: 'spaces.json',
    before: '{\t"a" :1 , "a":  2}  \n\n',
    typed: ' ',
    after: '{\t"a" :1 , "a":  2}  \n\n ',
  },
  { name: 'no-end.txt', before: 'no newline at the end', typed: '.', after: 'no newline at the end.' },
  { name: 'empty.txt', before: '', typed: 'x', after: 'x' },
] as const

test('every byte that was not edited stays: line ends, byte order mark, numbers, spaces', async ({
  strata: { open, window },
  folder,
}) => {
  for (const { name, before } of VALUES) await writeFile(join(folder, name), before)
  await open({ type: 'folder', path: folder })
  for (const { name, typed, after } of VALUES) {
    await test.step(name, async () => {
      await window.openText(`/${name}`)
      await window.append(typed)
      await window.save()
      expect(await readFile(join(folder, name), 'utf8')).toBe(after)
    })
  }
})

test('a new line in a file with Windows line ends gets the same line end', async ({
  strata: { open, window },
  folder,
}) => {
  await writeFile(join(folder, 'windows.txt'), 'one\r\ntwo')
  await open({ type: 'folder', path: folder })
  await window.openText('/windows.txt')
  await window.append('')
  await window.page.keyboard.press('Enter')
  await window.page.keyboard.type('three')
  await window.save()
  expect(await readFile(join(folder, 'windows.txt'), 'utf8')).toBe('one\r\ntwo\r\nthree')
})

test('bytes that are not text are edited as hex, and the others stay unchanged', async ({
  strata: { open, window },
  folder,
}) => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 7 + 128) & 255)
  await writeFile(join(folder, 'raw.bin'), bytes)
  await open({ type: 'folder', path: folder })
  await window.goTo('/raw.bin')
  const hex = window.page.getByRole('grid', { name: 'Value' })
  await expect(hex).toBeVisible()
  await hex.focus()
  await window.page.keyboard.press('ArrowDown')
  await window.page.keyboard.type('0f')
  await window.save()
  const expected = Uint8Array.from(bytes)
  expected[16] = 0x0f
  expect(await readFile(join(folder, 'raw.bin'))).toEqual(Buffer.from(expected))
})
