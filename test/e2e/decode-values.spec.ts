import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import { encode } from 'cborg'
import { decodeTextAs, encodeTextAs } from '../../src/core/values/text-encodings.ts'
import { axeViolations } from '../axe.ts'
import { expect, test } from './strata.ts'
import type { StrataWindow } from './strata-window.ts'

/** A PNG of 48 by 64 pixels in one colour. */
function png(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.length)
    ends.writeUInt32BE(crc(body), 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }
  const head = Buffer.from([0, 0, 0, 48, 0, 0, 0, 64, 8, 0, 0, 0, 0])
  const rows = Buffer.alloc(64 * 49, 0x60)
  for (let row = 0; row < 64; row++) rows[row * 49] = 0
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function crc(bytes: Buffer): number {
  // gzip ends with the same checksum as PNG.
  return gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8)
}

const chips = (window: StrataWindow) =>
  window.page.getByRole('list', { name: 'Decoding' }).getByRole('button')

async function expectAccessible({ page }: StrataWindow): Promise<void> {
  expect(await axeViolations(page, { within: ['[role="tabpanel"]:not([hidden])'] })).toEqual([])
}

test('DV5 a gzipped CBOR is edited by keyboard and put, its header and integers kept', async ({
  strata: { open, window },
  folder,
}) => {
  const file = join(folder, 'reel.cbor.gz')
  const plain = gzipSync(encode({ serial: 18446744073709551615n, reel: 4, raw: Uint8Array.of(0xff, 0) }))
  const head = Buffer.from([0x1f, 0x8b, 8, 8, 1, 2, 3, 4, 0, 3, ...Buffer.from('reel.cbor\0')])
  await writeFile(file, Buffer.concat([head, plain.subarray(10)]))
  await open({ type: 'folder', path: folder })
  await window.openText('/reel.cbor.gz')
  await expect(chips(window)).toHaveText(['gzip', 'CBOR'])
  await expect(window.value).toContainText('18446744073709551615')
  await expectAccessible(window)
  await window.value.focus()
  await window.page.keyboard.press('Control+Home')
  await window.page.keyboard.press('ArrowRight')
  await window.page.keyboard.type(' "more": 1.5_1,')
  await window.save()
  const put = await readFile(file)
  expect(put.subarray(0, head.length)).toEqual(head)
  const expected = encode({ serial: 18446744073709551615n, reel: 4, raw: Uint8Array.of(0xff, 0) })
  const content = gunzipSync(put)
  expect(content[0]).toBe(0xa4)
  expect(content.includes(Buffer.from([0x64, ...Buffer.from('more'), 0xf9, 0x3e, 0x00]))).toBe(true)
  expect(content.includes(Buffer.from(expected.subarray(1)))).toBe(true)
})

test('DV1 an invalid notation is marked, and refused without a loss', async ({
  strata: { open, window },
  folder,
}) => {
  const file = join(folder, 'a.cbor')
  const before = Buffer.from(encode({ a: 1 }))
  await writeFile(file, before)
  await open({ type: 'folder', path: folder })
  await window.openText('/a.cbor')
  await window.append(' nonsense')
  await expect(window.page.getByRole('button', { name: /Line 1, column/ })).toBeVisible()
  await window.put.click()
  await expect(window.page.getByRole('alert')).toContainText('Cannot encode the value: line 1, column')
  expect(await readFile(file)).toEqual(before)
  await expect(window.value).toContainText('nonsense')
})

test('DV3 a UTF-16 file keeps its encoding, mark and line ends', async ({
  strata: { open, window },
  folder,
}) => {
  const file = join(folder, 'notes.txt')
  await writeFile(file, encodeTextAs('\ufeffcafé\r\nzwei', 'utf-16le'))
  await open({ type: 'folder', path: folder })
  await window.openText('/notes.txt')
  await expect(chips(window)).toHaveText(['UTF-16 LE', 'Text'])
  await window.append(' €')
  await window.save()
  expect(decodeTextAs(await readFile(file), 'utf-16le')).toBe('\ufeffcafé\r\nzwei €')
})

test('DV10 a stage is replaced by keyboard, and remembered for its pattern', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await writeFile(join(folder, 'one.dat'), Buffer.from('café', 'latin1'))
  await writeFile(join(folder, 'two.dat'), Buffer.from([0x63, 0x61, 0x80]))
  await open({ type: 'folder', path: folder })
  await window.openText('/one.dat')
  await expect(chips(window)).toHaveText(['Latin-1', 'Text'])
  await expect(window.value).toContainText('café')
  await chips(window).first().focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu')).toBeVisible()
  await page.keyboard.type('Windows')
  await page.keyboard.press('Enter')
  await expect(chips(window)).toHaveText(['Windows-1252', 'Text'])
  await expect(page.getByText('Remembered for *.dat')).toBeVisible()
  await window.openText('/two.dat')
  await expect(chips(window)).toHaveText(['Windows-1252', 'Text'])
  await expect(window.value).toContainText('ca€')
})

test('DV5, DV7 a value that cannot be encoded again is read-only, and a damaged one is shown as bytes, with reasons', async ({
  strata: { open, window },
  folder,
}) => {
  await writeFile(join(folder, 'two.gz'), Buffer.concat([gzipSync('one '), gzipSync('two')]))
  await writeFile(join(folder, 'cut.gz'), gzipSync('a longer text').subarray(0, 20))
  await open({ type: 'folder', path: folder })
  await window.openText('/two.gz')
  await expect(window.value).toContainText('one two')
  await expect(window.page.getByText('it holds 2 members, which would become one')).toBeVisible()
  await expect(window.value).toHaveAttribute('aria-readonly', 'true')
  await window.goTo('/cut.gz')
  await expect(window.page.getByText('gzip: it ends too early. Shown as bytes.')).toBeVisible()
  await expect(window.page.getByRole('grid', { name: 'Value' })).toContainText('1f 8b 08')
  await expectAccessible(window)
})

test('DV11 a picture is shown with its size, and zoomed by keyboard', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await writeFile(join(folder, 'poster.png'), png())
  await open({ type: 'folder', path: folder })
  await window.goTo('/poster.png')
  await expect(chips(window)).toHaveText(['PNG image'])
  const picture = page.getByRole('img', { name: 'Content of /poster.png' })
  await expect(picture).toBeVisible()
  await expect(page.getByText('48 × 64 pixels')).toBeVisible()
  await page.getByRole('region', { name: 'Picture' }).focus()
  await page.keyboard.press('1')
  await expect(picture).toHaveCSS('width', '48px')
  await page.keyboard.press('+')
  await page.keyboard.press('+')
  await expect(picture).toHaveCSS('width', '96px')
  await page.getByRole('button', { name: 'Fit', exact: true }).click()
  await expect(picture).toHaveAttribute('data-zoom', 'fit')
  await expectAccessible(window)
})

test('DV11 an SVG runs no script and loads nothing', async ({ strata: { open, window }, folder }) => {
  const { page } = window
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" onload="window.hacked = 1">
    <script>window.hacked = 1; parent.hacked = 1</script>
    <image href="http://127.0.0.1:9/outside.png" width="5" height="5"/><rect width="20" height="10" fill="teal"/></svg>`
  await writeFile(join(folder, 'drawing.svg'), svg)
  const requests: string[] = []
  page.on('request', request => requests.push(request.url()))
  await open({ type: 'folder', path: folder })
  await window.goTo('/drawing.svg')
  await expect(page.getByText('20 × 10 pixels')).toBeVisible()
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expect(requests.filter(url => url.includes('outside'))).toEqual([])
  await window.viewAs('Text')
  await expect(window.value).toContainText('hacked')
})

test('DV12 a value is copied as text, hex and Base64', async ({ strata: { open, window }, folder }) => {
  const { page } = window
  await writeFile(join(folder, 'a.txt'), 'café')
  await open({ type: 'folder', path: folder })
  await window.openText('/a.txt')
  for (const [entry, copied] of [
    ['As text', 'café'],
    ['As hex', '636166c3a9'],
    ['As Base64', 'Y2Fmw6k='],
  ] as const) {
    await window.button('Copy value').click()
    await page.getByRole('menuitem', { name: entry }).click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(copied)
  }
})

test('DV13 hex bytes are selected and copied by keyboard and mouse, and found', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await writeFile(
    join(folder, 'a.bin'),
    Buffer.concat([
      Buffer.from([0, 0xff, 0x89, 0x50]),
      Buffer.alloc(3000),
      Buffer.from('needle\xff', 'latin1'),
    ]),
  )
  await open({ type: 'folder', path: folder })
  await window.goTo('/a.bin')
  const grid = page.getByRole('grid', { name: 'Value' })
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  await grid.focus()
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(page.getByText('3 bytes selected')).toBeVisible()
  await page.keyboard.press('Control+c')
  await expect.poll(clipboard).toBe('00 ff 89')
  const row = page.locator('[data-pane="ascii"]').first()
  const box = await row.boundingBox()
  if (box === null) throw new Error('The row is not drawn')
  const at = (column: number) => box.x + (box.width / 16) * (column + 0.5)
  await page.mouse.move(at(2), box.y + 8)
  await page.mouse.down()
  await page.mouse.move(at(3), box.y + 8)
  await page.mouse.up()
  await expect(page.getByText('2 bytes selected')).toBeVisible()
  await grid.press('Control+f')
  await page.keyboard.type('needle')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Found at 0xbbc')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Control+c')
  await expect(page.getByText('6 bytes selected')).toBeVisible()
  await page.getByLabel('Find hex or text').fill('ff 89')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Found at 0x1', { exact: true })).toBeVisible()
  await page.getByLabel('Find hex or text').fill('absent')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Not found')).toBeVisible()
  await grid.focus()
  await page.keyboard.press('Control+a')
  await expect(page.getByText('3,011 bytes selected')).toBeVisible()
  await expectAccessible(window)
})
