import { mkdir, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Key } from '../../src/core/key.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'
import { axeViolations } from '../axe.ts'
import { expect, test } from './strata.ts'
import type { StrataWindow } from './strata-window.ts'

function names({ page }: StrataWindow): Promise<string[]> {
  return page.getByRole('grid', { name: 'Children' }).locator('[data-row]').allTextContents()
}

test('W84 the children of a branch are sorted by size and by time, by mouse and keyboard', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const day = 86_400
  await mkdir(join(folder, 'in'))
  for (const [name, size, age] of [
    ['a.txt', 300, 1],
    ['b.txt', 100, 3],
    ['c.txt', 200, 2],
  ] as const) {
    const path = join(folder, 'in', name)
    await writeFile(path, 'x'.repeat(size))
    const time = Date.now() / 1000 - age * day
    await utimes(path, time, time)
  }
  await open({ type: 'folder', path: folder })
  await window.goTo('/in/')
  const table = page.getByRole('grid', { name: 'Children' })
  await expect.poll(() => names(window)).toEqual(['a.txt', 'b.txt', 'c.txt'])
  await expect(table.getByRole('row', { name: 'a.txt' })).toContainText('300 bytes')
  const size = table.getByRole('columnheader', { name: 'Size' })
  await size.getByRole('button').click()
  await expect.poll(() => names(window)).toEqual(['a.txt', 'c.txt', 'b.txt'])
  await expect(size).toHaveAttribute('aria-sort', 'descending')
  await expect(page.getByText('3 values, largest first')).toBeVisible()
  // The header keeps the focus.
  await page.keyboard.press('Enter')
  await expect.poll(() => names(window)).toEqual(['b.txt', 'c.txt', 'a.txt'])
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByText('3 values, newest first')).toBeVisible()
  await expect.poll(() => names(window)).toEqual(['a.txt', 'c.txt', 'b.txt'])
  expect(await axeViolations(page)).toEqual([])

  // The selection is the range in the shown order, not in name order.
  await table.getByRole('gridcell', { name: 'c.txt' }).click({ position: { x: 200, y: 10 } })
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+c')
  await expect(window.notifications).toContainText('2 keys')

  await writeFile(join(folder, 'in', 'd.txt'), 'x'.repeat(400))
  await page.getByRole('button', { name: 'Changed since: sort again' }).click()
  await expect.poll(() => names(window)).toEqual(['d.txt', 'a.txt', 'c.txt', 'b.txt'])
  await unlink(join(folder, 'in', 'b.txt'))
  await table.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  await expect.poll(() => names(window)).toEqual(['a.txt', 'c.txt', 'd.txt'])
})

test('W88 an action applies to keys selected a moment before it', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await mkdir(join(folder, 'in'))
  for (const name of ['a.txt', 'b.txt', 'c.txt']) await writeFile(join(folder, 'in', name), name)
  // The answers of the host wait while it is held.
  const held: (string | Buffer)[] = []
  const answers = { areHeld: false, release: (): undefined => undefined }
  await page.routeWebSocket(/./, socket => {
    const host = socket.connectToServer()
    host.onMessage(message => {
      if (answers.areHeld) held.push(message)
      else socket.send(message)
    })
    answers.release = () => {
      answers.areHeld = false
      for (const message of held.splice(0)) socket.send(message)
    }
  })
  await open({ type: 'folder', path: folder })
  await window.goTo('/in/')
  const table = page.getByRole('grid', { name: 'Children' })
  await table.getByRole('columnheader', { name: 'Size' }).getByRole('button').click()
  await expect(page.getByText('3 values, largest first')).toBeVisible()
  await table.getByRole('row', { name: 'a.txt' }).click({ position: { x: 200, y: 10 } })
  await expect(table.getByRole('row', { name: 'a.txt' }).locator('[data-row]')).toBeFocused()
  answers.areHeld = true
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+c')
  answers.release()
  await expect(window.notifications).toContainText('2 keys')
})

test('W84 a branch of 100,000 values is sorted while the page stays responsive', async ({
  strata: { show, window },
}) => {
  const store = new MemoryDatastore()
  const pairs = Array.from({ length: 100_000 }, (_, index) => ({
    key: Key.parse(`/many/key-${String(index).padStart(6, '0')}`),
    value: new Uint8Array((index * 7919) % 1000),
  }))
  for await (const {} of store.putMany(pairs));
  await show('many', store)
  const { page } = window
  await window.goTo('/many/')
  await expect(page.getByText('100,000 children')).toBeVisible()
  await page.evaluate(() => {
    const longest = { gap: 0 }
    Object.assign(globalThis, { longest })
    let last = performance.now()
    const tick = (): void => {
      const now = performance.now()
      longest.gap = Math.max(longest.gap, now - last)
      last = now
      setTimeout(tick, 0)
    }
    tick()
  })
  const table = page.getByRole('grid', { name: 'Children' })
  await table.getByRole('columnheader', { name: 'Size' }).getByRole('button').click()
  await expect(page.getByText('100,000 values, largest first')).toBeVisible()
  await expect(table.getByRole('row').nth(1)).toContainText('999 bytes')
  await table.getByRole('columnheader', { name: 'Size' }).getByRole('button').click()
  await expect(page.getByText('100,000 values, smallest first')).toBeVisible()
  await expect(table.getByRole('row').nth(1)).toContainText('0 bytes')
  const gap = await page.evaluate(() => (globalThis as unknown as { longest: { gap: number } }).longest.gap)
  console.log(`The page was busy for at most ${Math.round(gap)} ms at a time`)
  expect(gap).toBeLessThan(1000)
})
