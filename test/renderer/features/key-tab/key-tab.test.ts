import type { Locator, Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { axeViolations } from '../../../axe.ts'
import { noChromium } from '../../../chromium.ts'
import { eventually } from '../../eventually.ts'
import { type OpenHarness, openHarness } from './harness/open-harness.ts'

let browser: OpenHarness
let page: Page

const value = (): Locator => page.getByRole('textbox', { name: 'Value', exact: true })
const grid = (): Locator => page.getByRole('grid', { name: 'Value' })
const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
const conflict = (): Locator => page.getByRole('alert')
const chips = () => page.getByRole('list', { name: 'Decoding' }).getByRole('listitem').allTextContents()
const stored = (key = '/a') => page.evaluate(name => window.harness.textOf(name), key)
const hexOf = (key = '/a') => page.evaluate(name => window.harness.hexOf(name), key)
const writes = () =>
  page.evaluate(() => window.harness.client.calls.filter(call => /\.(put|commit)$/.test(call)).length)
/** Shows the value in another way, by the menu of the last chip. */
const view = async (name: string) => {
  await page.getByRole('list', { name: 'Decoding' }).getByRole('button').last().click()
  await page.getByRole('menuitem', { name, exact: true }).click()
}
const isDirty = () => page.evaluate(() => window.harness.isDirty)

async function open(text: string, key = '/a'): Promise<void> {
  await page.evaluate(
    ([name, content]) => {
      window.harness.putText(name, content)
      window.harness.show({ tab: 'key', key: name })
    },
    [key, text] as const,
  )
}

async function openBytes(bytes: number[], key = '/a'): Promise<void> {
  await page.evaluate(
    ([name, list]) => {
      window.harness.store.put(name, Uint8Array.from(list))
      window.harness.show({ tab: 'key', key: name })
    },
    [key, bytes] as const,
  )
}

async function openHuge(size: number, kind: 'text' | 'binary'): Promise<void> {
  await page.evaluate(
    ([bytes, type]) => {
      window.harness.store.putHuge('/huge', bytes, type)
      window.harness.show({ tab: 'key', key: '/huge' })
    },
    [size, kind] as const,
  )
}

async function putByOther(text: string, key = '/a'): Promise<void> {
  await page.evaluate(
    ([name, content]) => window.harness.client.putByOther(name, new TextEncoder().encode(content)),
    [key, text] as const,
  )
}

async function typeAtEnd(text: string): Promise<void> {
  await value().focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.insertText(text)
}

async function chooseFile(name: string, buffer: Buffer): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    button('Replace from file…').click(),
  ])
  await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer })
}

/** Expects that axe finds no violations. */
async function expectAccessible(): Promise<void> {
  expect(await axeViolations(page)).toEqual([])
}

describe.skipIf(noChromium !== undefined)('KeyTab', () => {
  beforeAll(async () => {
    browser = await openHarness()
  }, 120_000)

  afterAll(() => browser.close())

  beforeEach(async () => {
    page = await browser.newPage()
  })

  afterEach(async () => {
    expect(await page.evaluate(() => window.harness.violations)).toEqual([])
    await page.context().close()
  })

  it('edits text and writes exactly that: mixed line ends, byte order mark and numbers stay', async () => {
    await open('\uFEFF{"a": 22.00,\r\n"b": 12345678901234567890,\n"c": 1}\r\n')
    await value().getByText('22.00').click()
    expect(await chips()).toEqual(['UTF-8', 'JSON'])
    await page.getByText('Mixed line ends · BOM').waitFor()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(' ')
    await button('Put').click()
    await eventually(stored, '\uFEFF{"a": 22.00,\r\n"b": 12345678901234567890,\n"c": 1}\r\n ')
    expect(await isDirty()).toBe(false)
  })

  it('writes nothing if nothing was edited', async () => {
    await open('one\r\ntwo')
    await value().click()
    await page.keyboard.press('Control+s')
    await page.evaluate(() => window.harness.actions?.put())
    expect(await button('Put').isDisabled()).toBe(true)
    expect(await writes()).toBe(0)
  })

  it('is unedited again after the edits are undone', async () => {
    await open('one\r\ntwo\nthree')
    await typeAtEnd('more')
    await eventually(isDirty, true)
    await page.keyboard.press('Control+z')
    await eventually(isDirty, false)
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await eventually(isDirty, true)
    await page.keyboard.press('Control+z')
    await eventually(isDirty, false)
  })

  it('puts with Ctrl+S, and gives pasted lines the line ends of the text', async () => {
    await open('a\r\nb\r\n')
    await value().click()
    await page.keyboard.press('Control+End')
    await value().evaluate(element => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', 'c\nd\r\ne\rf')
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+s')
    await eventually(stored, 'a\r\nb\r\nc\r\nd\r\ne\r\nf\r\n')
  })

  it('marks the first error in JSON and jumps to it', async () => {
    await open('{\n  "a": 1,\n  "b" 2\n}', '/a.json')
    const mistake = button('Line 3, column 7: Expected ":", found "2"')
    await mistake.click()
    await page.keyboard.type(': ')
    await mistake.waitFor({ state: 'detached' })
    await button('Put').click()
    await eventually(() => stored('/a.json'), '{\n  "a": 1,\n  "b" : 2\n}')
    await expectAccessible()
  })

  it('W32 W33 finds text, and turns wrapping of long lines off on request', async () => {
    await open(`${'x'.repeat(20_000)} needle\nshort`)
    await button('Wrap lines').click()
    await value().click()
    await page.keyboard.press('Control+f')
    await page.getByRole('textbox', { name: 'Find' }).pressSequentially('needle')
    await page.keyboard.press('Enter')
    await eventually(() => page.locator('.cm-searchMatch-selected').textContent(), 'needle')
    expect(
      await value()
        .locator('.cm-line')
        .nth(1)
        .evaluate(line => line.clientHeight),
    ).toBeLessThan(30)
    expect(
      await value()
        .locator('.cm-line')
        .first()
        .evaluate(line => line.clientHeight),
    ).toBeLessThan(30)
    await expectAccessible()
  })

  it('shows bytes that are not text as hex, editable, and as text only read-only', async () => {
    await openBytes([0xff, 0x00, 0x41, 0x42])
    await grid().focus()
    expect(await chips()).toEqual(['Bytes'])
    await page.keyboard.press('ArrowRight')
    await page.keyboard.type('7f')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Z')
    await button('Put').click()
    await eventually(hexOf, 'ff 7f 5a 42')
    await view('Text')
    await page.getByText('This value is not UTF-8 text.').waitFor()
    expect(await value().getAttribute('aria-readonly')).toBe('true')
    await value().click()
    await page.keyboard.type('x')
    expect(await isDirty()).toBe(false)
    await expectAccessible()
  })

  it('inserts, deletes and undoes bytes, and clicks select their byte', async () => {
    await openBytes([1, 2, 3, 0xfe])
    await grid().focus()
    await page.keyboard.press('Insert')
    await page.keyboard.type('aa')
    await page.keyboard.press('Delete')
    await button('Put').click()
    await eventually(hexOf, 'aa 02 03 fe')
    await grid().focus()
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await eventually(isDirty, true)
    await button('Revert').click()
    await eventually(isDirty, false)
    const cell = page.locator('[data-pane="hex"]').first()
    await cell.click({ position: { x: 3 * 7.5 * 2 + 4, y: 10 } })
    await page.getByText('Offset 0x2 (2 of 4 bytes)').waitFor()
    await expectAccessible()
  })

  it('keeps edits when switching between text and hex', async () => {
    await open('abc')
    await typeAtEnd('d')
    await view('Bytes')
    await page.getByText('61 62 63 64').waitFor()
    await grid().focus()
    await page.keyboard.type('41')
    await view('Text')
    await value().getByText('Abcd').waitFor()
    expect(await isDirty()).toBe(true)
    await button('Put').click()
    await eventually(stored, 'Abcd')
  })

  it('shows the edits beside the stored value for review', async () => {
    await open('one\ntwo\nthree')
    await typeAtEnd(' and more')
    await button('Review').click()
    const after = page.getByRole('textbox', { name: 'Value with the edits' })
    await after.getByText('three and more').waitFor()
    await page.getByRole('textbox', { name: 'Value before the edits' }).getByText('three').waitFor()
    await expectAccessible()
    await button('Put').click()
    await after.waitFor({ state: 'detached' })
    expect(await stored()).toBe('one\ntwo\nthree and more')
    await page.keyboard.press('Escape')
    await value().click()
    await page.keyboard.press('Control+z')
    await eventually(isDirty, true)
  })

  it('shows changes of bytes as a list for review', async () => {
    await openBytes([0xff, 1, 2, 3])
    await grid().focus()
    await page.keyboard.type('00')
    await button('Review').click()
    await page.getByRole('table', { name: 'Changed bytes' }).getByText('ff', { exact: true }).waitFor()
    await expectAccessible()
  })

  it('follows changes by others silently, without moving the cursor', async () => {
    await open('one\ntwo\nthree')
    await value().click()
    await page.keyboard.press('Control+End')
    await putByOther('ONE!\ntwo\nthree')
    await value().getByText('ONE!').waitFor()
    expect(await conflict().count()).toBe(0)
    await page.keyboard.type('X')
    await button('Put').click()
    await eventually(stored, 'ONE!\ntwo\nthreeX')
  })

  it('detects on focus a change that was not reported', async () => {
    await open('one')
    await value().getByText('one').waitFor()
    await page.evaluate(() => {
      window.harness.putText('/a', 'changed on disk')
      window.dispatchEvent(new Event('focus'))
    })
    await value().getByText('changed on disk').waitFor()
  })

  it('asks before it overwrites a change: use theirs', async () => {
    await open('one')
    await typeAtEnd(' mine')
    await putByOther('theirs')
    await conflict().getByText('"/a" was changed by somebody else').waitFor()
    await expectAccessible()
    await button('Use theirs').click()
    await value().getByText('theirs').waitFor()
    await eventually(isDirty, false)
    expect(await conflict().count()).toBe(0)
  })

  it('asks before it overwrites a change: keep mine', async () => {
    await open('one')
    await typeAtEnd(' mine')
    await putByOther('theirs')
    await button('Put').click()
    await button('Keep mine').click()
    await eventually(stored, 'one mine')
    await eventually(() => conflict().count(), 0)
  })

  it('asks before it overwrites a change: merge, line ends included', async () => {
    await open('a\r\nb\r\nc')
    await typeAtEnd(' mine')
    await putByOther('A\r\nb\r\nc')
    await button('Merge').click()
    await page.getByRole('textbox', { name: 'Their version' }).getByText('A').waitFor()
    await expectAccessible()
    await button('Take this change over').first().click()
    const merged = page.getByRole('textbox', { name: 'Merged value' })
    await merged.getByText('A', { exact: true }).waitFor()
    await merged.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('!')
    await button('Put merged value').click()
    await eventually(async () => (await stored()).endsWith('!'), true)
    expect(await stored()).toMatch(/^A\r\nb\r\nc.*!$/)
    await eventually(isDirty, false)
  })

  it('offers to put the edits of a deleted value as new', async () => {
    await open('one')
    await typeAtEnd(' mine')
    await page.evaluate(() => window.harness.client.deleteByOther('/a'))
    await conflict().getByText('"/a" was deleted').waitFor()
    await button('Put as new').click()
    await eventually(stored, 'one mine')
  })

  it('reports that there is no value, and creates one', async () => {
    await page.evaluate(() => window.harness.show({ tab: 'key', key: '/nothing' }))
    await page.getByText('There is no value at "/nothing"').waitFor()
    await expectAccessible()
    await button('New value here').click()
    await value().click()
    await page.keyboard.type('something')
    await button('Put').click()
    await eventually(() => stored('/nothing'), 'something')
  })

  it('reports a failure, and tries again', async () => {
    await page.evaluate(() => window.harness.client.broken.add('store.get'))
    await open('one')
    await page.getByText('"/a" could not be opened').waitFor()
    await page.evaluate(() => window.harness.client.broken.clear())
    await button('Retry').click()
    await typeAtEnd('!')
    await page.evaluate(() => window.harness.client.broken.add('store.put'))
    await button('Put').click()
    await conflict().getByText('it is broken').waitFor()
    await expectAccessible()
    await page.evaluate(() => window.harness.client.broken.clear())
    await button('Put again').click()
    await eventually(stored, 'one!')
    await eventually(() => conflict().count(), 0)
  })

  it('follows the lock at once, and keeps the edits', async () => {
    await open('one')
    await typeAtEnd('!')
    await page.evaluate(() => window.harness.show({ isReadOnly: true }))
    await page.getByText('Read-only: the stack is locked').waitFor()
    expect(await button('Put').isDisabled()).toBe(true)
    expect(await button('Delete key').isDisabled()).toBe(true)
    await value().focus()
    await page.keyboard.type('ignored')
    await page.keyboard.press('Control+s')
    await page.evaluate(() => window.harness.actions?.put())
    expect(await writes()).toBe(0)
    await page.evaluate(() => window.harness.show({ isReadOnly: false }))
    await button('Put').click()
    await eventually(stored, 'one!')
  })

  it('P7 offers a chosen file after a reload, and reports if one is too large to be kept', async () => {
    await open('one')
    const choose = (name: string, size: number) =>
      page
        .getByLabel('File to put')
        .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.alloc(size, 'x') })
    await choose('large.txt', 1024 * 1024 + 1)
    await page.getByText('Put writes large.txt in its place, too large to be kept as a draft').waitFor()
    await choose('small.txt', 5)
    await page.getByText('Put writes small.txt in its place', { exact: true }).waitFor()
    await eventually(() => page.evaluate(() => window.localStorage.length), 1)
    await browser.reload(page)
    await open('one')
    await page.getByText('"small.txt", chosen and not put, from').waitFor()
    await expectAccessible()
    await button('Restore').click()
    await page.getByText('Put writes small.txt in its place', { exact: true }).waitFor()
    await button('Put').click()
    await eventually(stored, 'xxxxx')
    await eventually(() => page.evaluate(() => window.localStorage.length), 0)
  })

  it('offers the draft of a closed window', async () => {
    await open('one')
    await typeAtEnd(' draft')
    await eventually(() => page.evaluate(() => window.localStorage.length), 1)
    await browser.reload(page)
    await open('one')
    await page.getByText('Unsaved draft from').waitFor()
    await expectAccessible()
    await button('Restore').click()
    await value().getByText('one draft').waitFor()
    // The harness restarts its version numbers, so this one is the version that was edited.
    await button('Put').click()
    await eventually(stored, 'one draft')
    await eventually(() => page.evaluate(() => window.localStorage.length), 0)
  })

  it('reverts, and a reverted edit leaves no draft', async () => {
    await open('one')
    await typeAtEnd(' more')
    await eventually(() => page.evaluate(() => window.localStorage.length), 1)
    await page.evaluate(() => window.harness.actions?.revert())
    await value().getByText('one', { exact: true }).waitFor()
    await eventually(isDirty, false)
    expect(await page.evaluate(() => window.localStorage.length)).toBe(0)
  })

  it('H13 restores reverted edits by Undo in the message and by Ctrl+Z, as text and as hex', async () => {
    await open('one')
    await typeAtEnd(' more')
    await button('Revert').click()
    await value().getByText('one', { exact: true }).waitFor()
    await eventually(isDirty, false)
    await expectAccessible()
    await button('Undo').click()
    await value().getByText('one more').waitFor()
    await eventually(isDirty, true)
    await button('Revert').click()
    await eventually(isDirty, false)
    await page.keyboard.press('Control+z')
    await value().getByText('one more').waitFor()
    await view('Bytes')
    await grid().focus()
    await page.keyboard.type('41')
    await button('Revert').click()
    await eventually(isDirty, false)
    await page.keyboard.press('Control+z')
    await page.getByText('41 6e 65 20 6d 6f 72 65').waitFor()
    await button('Put').click()
    await eventually(stored, 'Ane more')
  })

  it('H13 discards without an offer to restore the edits', async () => {
    await open('one')
    await typeAtEnd(' more')
    await page.evaluate(() => window.harness.actions?.discard())
    await eventually(isDirty, false)
    expect(await button('Undo').count()).toBe(0)
  })

  it('asks the window to delete and to rename', async () => {
    await open('one')
    await button('Delete key').click()
    await button('Rename key').click()
    expect(await page.evaluate(() => window.harness.requests)).toEqual([
      { type: 'delete', key: '/a' },
      { type: 'rename', key: '/a' },
    ])
  })

  it('keeps the edits when its key is renamed', async () => {
    await open('one')
    await typeAtEnd('!')
    await page.evaluate(() => {
      window.harness.putText('/b', window.harness.textOf('/a'))
      window.harness.store.delete('/a')
      window.harness.show({ key: '/b' })
    })
    await value().getByText('one!').waitFor()
    await button('Put').click()
    await eventually(() => stored('/b'), 'one!')
  })

  it('shows a text of a gigabyte in pages', async () => {
    await openHuge(1_000_000_000, 'text')
    await value().getByText('of a very large value').first().waitFor()
    await page.getByText('954 MiB: shown in pages, read-only.').waitFor()
    expect(await button('Load all').isDisabled()).toBe(true)
    await button('Next page').click()
    await page.getByText('Page 2 of 3,815').waitFor()
    await value().focus()
    await page.keyboard.press('Alt+PageDown')
    await page.getByText('Page 3 of 3,815').waitFor()
    await page.getByLabel('Go to byte').fill('0x20000000')
    await page.keyboard.press('Enter')
    await page.getByText('Page 2,049 of 3,815').waitFor()
    await button('Last page').click()
    await page.getByText(/to 1,000,000,000 of 1,000,000,000/).waitFor()
    expect(await page.evaluate(() => window.harness.client.largestAnswer)).toBeLessThanOrEqual(1024 * 1024)
    await expectAccessible()
  })

  it('shows any position of a gigabyte as hex', async () => {
    await openHuge(1_000_000_000, 'binary')
    await grid().focus()
    await page.keyboard.press('Control+End')
    await page.getByText('3b9ac9f0').waitFor()
    await page.getByLabel('Go to offset').fill('0x1000')
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: /^00001000 10 17/ }).waitFor()
    await grid().hover()
    // One step of the wheel scrolls by rows, not in proportion to the gigabyte as the scroll bar would.
    await page.mouse.wheel(0, -220)
    await page.getByRole('rowheader', { name: '00000f60' }).waitFor()
    await page.getByRole('rowheader', { name: '00001000' }).waitFor()
    expect(await page.evaluate(() => window.harness.client.largestAnswer)).toBeLessThanOrEqual(1024 * 1024)
    await expectAccessible()
  })

  it('loads all of a large value to edit it', async () => {
    await openHuge(3_000_000, 'text')
    await button('Load all').click()
    await page.getByText('Load all of it').waitFor({ state: 'detached' })
    await value().click()
    await page.keyboard.press('Control+Home')
    await page.keyboard.insertText('// ')
    await button('Put').click()
    await eventually(() => page.evaluate(() => window.harness.store.stat('/huge').size), 3_000_003)
  })

  it('saves to a file that the user picks, in pieces', async () => {
    await openHuge(9_000_000, 'binary')
    await page.evaluate(() => {
      const sizes: number[] = []
      const writable = {
        write: async (piece: Uint8Array) => void sizes.push(piece.length),
        close: async () => undefined,
      }
      const picker = async (options: { suggestedName: string }) => {
        document.title = options.suggestedName
        return { createWritable: async () => writable }
      }
      Object.assign(window, { sizes, showSaveFilePicker: picker })
    })
    await button('Save to file…').click()
    const sizes = () => page.evaluate(() => (window as unknown as { sizes: number[] }).sizes)
    await eventually(sizes, [4_194_304, 4_194_304, 611_392])
    expect(await page.title()).toBe('huge')
  })

  it('saves as a download if there is no file picker', async () => {
    await open('to be saved')
    await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }))
    const [download] = await Promise.all([page.waitForEvent('download'), button('Save to file…').click()])
    expect(download.suggestedFilename()).toBe('a')
    const pieces: Buffer[] = []
    for await (const piece of await download.createReadStream()) pieces.push(piece as Buffer)
    expect(Buffer.concat(pieces).toString()).toBe('to be saved')
  })

  it('H14 shows a file beside the value that it would replace, and writes it when it is put', async () => {
    await open('old')
    await value().getByText('old').waitFor()
    await chooseFile('new.txt', Buffer.from('from a file'))
    await page.getByText('Replace from "new.txt": 11 bytes in place of 3 bytes.').waitFor()
    await page.getByRole('textbox', { name: 'Value with the edits' }).getByText('from a file').waitFor()
    await page.getByRole('textbox', { name: 'Value before the edits' }).getByText('old').waitFor()
    await expectAccessible()
    expect(await writes()).toBe(0)
    expect(await isDirty()).toBe(true)
    await button('Put').click()
    await value().getByText('from a file').waitFor()
    expect(await stored()).toBe('from a file')
    await eventually(isDirty, false)
  })

  it('H14 discards a chosen file, and restores it', async () => {
    await open('old')
    await value().getByText('old').waitFor()
    await chooseFile('new.bin', Buffer.from([0xff, 0, 1]))
    await page.getByRole('table', { name: 'Changed bytes' }).getByText('ff 00 01').waitFor()
    await button('Revert').click()
    await value().getByText('old').waitFor()
    expect(await isDirty()).toBe(false)
    await button('Undo').click()
    await page.getByRole('table', { name: 'Changed bytes' }).waitFor()
    expect(await writes()).toBe(0)
  })

  it('H14 asks if the value has changed since a file was chosen', async () => {
    await open('old')
    await value().getByText('old').waitFor()
    await chooseFile('new.txt', Buffer.from('from a file'))
    await page.getByText('Nothing is written before Put.').waitFor()
    await putByOther('theirs')
    await conflict().getByText('"/a" was changed by somebody else').waitFor()
    await button('Put').click()
    await eventually(() => conflict().count(), 1)
    expect(await stored()).toBe('theirs')
    await button('Replace anyway').click()
    await eventually(stored, 'from a file')
    await eventually(() => conflict().count(), 0)
  })

  it('H14 compares the beginnings of large values, and puts the file in pieces', async () => {
    await openHuge(3_000_000, 'text')
    await button('Load all').waitFor()
    const file = Buffer.alloc(2_000_000, 'x\n')
    await chooseFile('large.txt', file)
    await page.getByText('2,000,000 bytes in place of 3,000,000 bytes.').waitFor()
    await page.getByText('The first 256 KiB are compared.').waitFor()
    await expectAccessible()
    await button('Put').click()
    await eventually(() => page.evaluate(() => window.harness.store.stat('/huge').size), 2_000_000)
  })

  it('H14 does not put a chosen file into a stack that was locked meanwhile', async () => {
    await open('old')
    await value().getByText('old').waitFor()
    await chooseFile('new.txt', Buffer.from('from a file'))
    await page.evaluate(() => window.harness.show({ isReadOnly: true }))
    await page.getByText('Read-only: the stack is locked · Put writes new.txt in its place').waitFor()
    expect(await button('Put').isDisabled()).toBe(true)
    await page.evaluate(() => window.harness.actions?.put())
    expect(await page.evaluate(() => window.harness.client.calls.includes('uploads.open'))).toBe(false)
    await page.evaluate(() => window.harness.show({ isReadOnly: false }))
    await button('Put').click()
    await eventually(stored, 'from a file')
  })

  it('cancels a replacement, and the old value stays', async () => {
    await open('old')
    await value().getByText('old').waitFor()
    await page.evaluate(() => {
      window.harness.client.stuck.add('uploads.write')
    })
    await chooseFile('new.bin', Buffer.alloc(2_000_000))
    await button('Put').click()
    await button('Cancel').click()
    await button('Cancel').waitFor({ state: 'detached' })
    expect(await stored()).toBe('old')
    expect(await isDirty()).toBe(true)
  })
})
