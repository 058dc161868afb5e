import type { Locator, Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { axeViolations } from '../../../axe.ts'
import { noChromium } from '../../../chromium.ts'
import { eventually } from '../../eventually.ts'
import { type OpenHarness, openHarness } from '../key-tab/harness/open-harness.ts'

let browser: OpenHarness
let page: Page

const table = (): Locator => page.getByRole('grid', { name: 'Children' })
const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
const focused = () => page.evaluate(() => document.activeElement?.textContent)
const opened = () => page.evaluate(() => window.harness.opened)
const requests = () => page.evaluate(() => window.harness.requests)

async function open(prefix: string): Promise<void> {
  await page.evaluate(key => window.harness.show({ tab: 'branch', key }), prefix)
}

async function expectAccessible(): Promise<void> {
  expect(await axeViolations(page)).toEqual([])
}

describe.skipIf(noChromium !== undefined)('BranchTab', () => {
  beforeAll(async () => {
    browser = await openHarness()
  }, 120_000)

  afterAll(() => browser.close())

  beforeEach(async () => {
    page = await browser.newPage()
    await page.evaluate(() => {
      const { harness } = window
      harness.putText('/a/Actor:Cleese', 'x'.repeat(2048))
      harness.putText('/a/Actor:Cleese/role', 'King Arthur')
      harness.putText('/a/film', 'one')
      harness.putText('/a/series/1', 'one')
      harness.store.putBranch('/many', 5_000_000)
    })
  })

  afterEach(async () => {
    expect(await page.evaluate(() => window.harness.violations)).toEqual([])
    await page.context().close()
  })

  it('lists children with kind, size and time', async () => {
    await open('/a')
    await button('film').waitFor()
    await page.getByText('just now').nth(1).waitFor()
    const rows = await table().getByRole('row').allTextContents()
    expect(rows).toEqual([
      'NameKindSizeChanged',
      'Actor:Cleese/value and branch2 KiBjust now',
      'filmvalue3 bytesjust now',
      'series/branch',
    ])
    await page.getByText('3 children').waitFor()
    await expectAccessible()
  })

  it('moves the selection and opens by keyboard', async () => {
    await open('/a')
    await button('Actor:Cleese/').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.press('ArrowDown')
    await eventually(focused, 'film')
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Backspace')
    expect(await opened()).toEqual([
      { key: '/a/Actor:Cleese', as: 'key', isPreview: false },
      { key: '/a/Actor:Cleese', as: 'branch', isPreview: false },
      { key: '/a/film', as: 'key', isPreview: false },
      { key: '/a/series', as: 'branch', isPreview: false },
      { key: '/', as: 'branch', isPreview: true },
    ])
  })

  it('asks the window to delete, copy and create keys', async () => {
    await open('/a')
    await button('film').focus()
    await page.keyboard.press('Delete')
    await page.keyboard.press('Control+c')
    await button('New key here').click()
    expect(await requests()).toEqual([
      { type: 'delete', key: '/a/film', isValue: true, isBranch: false },
      { type: 'many', action: 'copy', selection: expect.anything() as unknown, below: '/a' },
      { type: 'newKey', below: '/a' },
    ])
  })

  it('scrolls to the end of five million children and back', async () => {
    await open('/many')
    await button('entry-000000000').focus()
    await page.getByText('5,000,000 children').waitFor()
    await page.keyboard.press('End')
    await eventually(focused, 'entry-004999999')
    await page.keyboard.press('ArrowUp')
    await eventually(focused, 'entry-004999998')
    await table().hover()
    await page.mouse.wheel(0, -44)
    await button('entry-004999997').waitFor()
    await page.keyboard.press('Home')
    await eventually(focused, 'entry-000000000')
    expect(await table().getByRole('row').count()).toBeLessThan(60)
    expect(await table().getAttribute('aria-rowcount')).toBe('5000001')
    await expectAccessible()
  })

  it('keeps the focus while its row is scrolled out of view', async () => {
    await open('/many')
    await button('entry-000000000').focus()
    await table().hover()
    await page.mouse.wheel(0, 3000)
    await button('entry-000000140').waitFor()
    await page.keyboard.press('ArrowDown')
    await eventually(focused, 'entry-000000001')
  })

  it('shows new children as they are added', async () => {
    await open('/a')
    await button('film').waitFor()
    await page.evaluate(() => window.harness.client.putByOther('/a/book', new TextEncoder().encode('b')))
    await button('book').waitFor()
    await page.getByText('4 children').waitFor()
  })

  it('shows the end of a count that ends before the reply to its start', async () => {
    await open('/a')
    await button('Count keys').click()
    await page.getByText('1,234 keys, 96.5 KiB at and below').waitFor()
    await button('Count keys').waitFor()
  })

  it('counts all keys below as a job', async () => {
    await open('/many')
    await button('Count keys').click()
    await page.getByText('1,234 keys, 96.5 KiB at and below').waitFor()
    await button('Count keys').waitFor()
  })

  it('reports an empty branch, and a failure', async () => {
    await open('/empty')
    await page.getByText('There are no keys here').waitFor()
    await expectAccessible()
    await page.evaluate(() => window.harness.client.broken.add('levels.rows'))
    await open('/a')
    await page.getByText('The children of "/a" could not be listed').waitFor()
    await page.evaluate(() => window.harness.client.broken.clear())
    await button('Retry').click()
    await button('film').waitFor()
  })

  it('creates no keys while the stack is locked', async () => {
    await page.evaluate(() => window.harness.show({ isReadOnly: true }))
    await open('/a')
    await button('film').waitFor()
    expect(await button('New key here').isDisabled()).toBe(true)
  })
})
