import { expect, type Page } from '@playwright/test'
import { afterAll, beforeAll, beforeEach, describe, it, onTestFinished } from 'vitest'
import { axeViolations } from '../../../axe.ts'
import { noChromium } from '../../../chromium.ts'
import { type OpenTree, TreeHarness } from './harness/open-harness.ts'

describe('KeyTree', { timeout: 90_000 }, () => {
  let harness: TreeHarness | undefined

  beforeAll(async () => {
    if (noChromium === undefined) harness = await TreeHarness.start()
  }, 120_000)
  afterAll(() => harness?.end())
  beforeEach(context => context.skip(noChromium !== undefined, noChromium))

  async function open(data = 'sample'): Promise<OpenTree> {
    const opened = await harness!.open(data)
    onTestFinished(async () => {
      expect(opened.problems).toEqual([])
      await opened.page.context().close()
    })
    return opened
  }

  describe('rows', () => {
    it('are named by their segment, and have level, position and state', async () => {
      const { tree, row, press } = await open()
      await expect(row('Comedy')).toHaveAttribute('aria-expanded', 'false')
      await expect(row('Comedy')).toHaveAttribute('aria-level', '1')
      await expect(row('Comedy')).toHaveAttribute('aria-posinset', '1')
      await expect(row('Comedy')).toHaveAttribute('aria-setsize', '6')
      await tree.focus()
      await press('ArrowRight')
      await expect(row('Comedy')).toHaveAttribute('aria-expanded', 'true')
      await expect(row('Actor:Idle')).toHaveAttribute('aria-level', '2')
      await expect(row('Actor:Idle')).toHaveAttribute('aria-setsize', '2')
      await expect(row('Actor:Idle')).toHaveAttribute('aria-description', 'value and branch')
      await expect(row('Actor:Cleese')).not.toHaveAttribute('aria-expanded')
    })

    it('show invisible characters as signs, and keep the segment as name', async () => {
      const { tree, page, press } = await open()
      await tree.focus()
      await press('o', 'ArrowRight')
      const shown = page.getByRole('treeitem').filter({ hasText: 'U+202E' })
      await expect(shown).toHaveAttribute('aria-label', '\u202egnp.exe')
      await expect(page.getByRole('treeitem').filter({ hasText: 'line\\nbreak' })).toHaveAttribute(
        'aria-label',
        'line\nbreak',
      )
      await expect(page.getByRole('treeitem').filter({ hasText: '·spaces·' })).toBeVisible()
    })

    it('are few for any number of keys, even if they exceed the maximum height of an element', async () => {
      const { tree, page, row, focused, press } = await open('flat:2500000')
      await tree.focus()
      await press('End')
      await expect(row('key-2499999')).toBeVisible()
      expect(await focused()).toBe('key-2499999')
      expect(await page.getByRole('treeitem').count()).toBeLessThan(80)
      await page.mouse.move(100, 300)
      await page.mouse.wheel(0, -2200)
      await expect(row('key-2499880')).toBeInViewport()
      // The focused row is out of view, and still in the page.
      expect(await focused()).toBe('key-2499999')
      await press('ArrowUp')
      await expect(row('key-2499998')).toBeInViewport()
      await press('Home')
      await expect(row('key-0000000')).toBeInViewport()
    })

    it('keep their positions while their page is read', async () => {
      const { tree, page, row, run, press } = await open('flat:100000')
      await expect(row('key-000000')).toBeVisible()
      await tree.focus()
      await run(harness => harness.hold())
      await press('End')
      await expect(page.locator('[data-type="pending"]').first()).toBeVisible()
      const height = await tree.evaluate(element => element.scrollHeight)
      await run(harness => harness.release())
      await expect(row('key-099999')).toBeVisible()
      expect(await tree.evaluate(element => element.scrollHeight)).toBe(height)
    })
  })

  describe('keyboard', () => {
    it('moves into, out of and over the rows', async () => {
      const { tree, row, focused, press } = await open()
      await tree.focus()
      expect(await focused()).toBe('Comedy')
      await press('ArrowRight')
      await expect(row('Actor:Cleese')).toBeVisible()
      await press('ArrowRight')
      await expect.poll(focused).toBe('Actor:Cleese')
      await press('ArrowDown', 'ArrowRight')
      await expect.poll(focused).toBe('Actor:Idle')
      await press('ArrowRight')
      await expect.poll(focused).toBe('songs')
      await press('ArrowLeft', 'ArrowLeft')
      await expect.poll(focused).toBe('Actor:Idle')
      await press('ArrowLeft')
      await expect.poll(focused).toBe('Comedy')
      await press('End')
      await expect.poll(focused).toBe('zeta')
      await press('Home')
      await expect.poll(focused).toBe('Comedy')
    })

    it('expands all siblings with *', async () => {
      const { tree, row, press } = await open()
      await tree.focus()
      await press('*')
      await expect(row('Actor:Cleese')).toBeVisible()
      await expect(row('deep/only/child/here')).toHaveAttribute('aria-expanded', 'true')
      await expect(row('logs')).toHaveAttribute('aria-expanded', 'true')
    })

    it('moves to a name that is typed, even among a million', async () => {
      const small = await open()
      await small.tree.focus()
      await small.press('r', 'e')
      await expect.poll(small.focused).toBe('readme.txt')
      const large = await open('flat:1000000')
      await large.tree.focus()
      await large.page.keyboard.type('key-05')
      await expect.poll(large.focused).toBe('key-0500000')
    })

    it('jumps to a name in a large level through a field, and back with Escape', async () => {
      const { tree, page, focused, press } = await open('flat:1000000')
      await tree.focus()
      await press('ArrowDown', '/')
      const field = page.getByRole('textbox', { name: 'Jump to name' })
      await field.fill('key-0654321')
      await expect.poll(focused).toBe('key-0654321')
      await expect(page.getByText('654,322 of 1,000,000 in /')).toBeVisible()
      await press('Escape')
      await expect(field).toBeHidden()
      await expect(tree).toBeFocused()
      expect(await focused()).toBe('key-0000001')
      await press('/')
      await field.fill('key-0999')
      await expect.poll(focused).toBe('key-0999000')
      await press('Enter')
      await expect(tree).toBeFocused()
      expect(await focused()).toBe('key-0999000')
    })

    it('keeps the focus when the focused row is deleted', async () => {
      const { tree, row, run, focused, press } = await open()
      await tree.focus()
      await press('End')
      await run(({ store }) => store?.delete('/zeta'))
      await expect(row('zeta')).toHaveCount(0)
      await expect(tree).toBeFocused()
      expect(await focused()).toBe('readme.txt')
    })
  })

  describe('opening', () => {
    it('previews with a click or Space, pins with a double click or Enter', async () => {
      const { tree, row, events, press } = await open()
      await row('readme.txt').click()
      await press('Space')
      await press('Enter')
      await row('zeta').dblclick()
      const key = '/readme.txt'
      expect(await events()).toEqual([
        { event: 'open', key, as: 'key', isPreview: true },
        { event: 'open', key, as: 'key', isPreview: true },
        { event: 'open', key, as: 'key', isPreview: false },
        { event: 'open', key: '/zeta', as: 'key', isPreview: true },
        { event: 'open', key: '/zeta', as: 'key', isPreview: false },
      ])
      await expect(tree).toBeFocused()
    })

    it('opens a key that is both value and branch as either', async () => {
      const { tree, row, events, press } = await open()
      await tree.focus()
      await press('ArrowRight')
      const both = row('Actor:Idle')
      await both.click()
      await expect(both).toHaveAttribute('aria-expanded', 'false')
      await press('Alt+Enter')
      await both.getByTitle('Open as branch').click()
      const key = '/Comedy/Actor:Idle'
      expect(await events()).toEqual([
        { event: 'open', key, as: 'key', isPreview: true },
        { event: 'open', key, as: 'branch', isPreview: false },
        { event: 'open', key, as: 'branch', isPreview: false },
      ])
    })

    it('expands and collapses a branch with a click, and opens its table with a double click', async () => {
      const { row, events } = await open()
      await row('logs').click()
      await expect(row('2026-03-01')).toBeVisible()
      expect(await events()).toEqual([])
      await row('logs').click()
      await expect(row('2026-03-01')).toHaveCount(0)
      await row('odd').dblclick()
      expect(await events()).toEqual([{ event: 'open', key: '/odd', as: 'branch', isPreview: false }])
      await expect(row('odd')).toHaveAttribute('aria-expanded', 'true')
    })

    it('reveals a deep key and selects it', async () => {
      const { row, run, page } = await open()
      await run(harness => harness.reveal('/deep/only/child/here/b'))
      await expect(row('b')).toHaveAttribute('aria-selected', 'true')
      await expect(row('deep/only/child/here')).toHaveAttribute('aria-expanded', 'true')
      const event = await run(harness => harness.events.at(-1))
      expect(event).toEqual({
        event: 'select',
        key: '/deep/only/child/here/b',
        isValue: true,
        isBranch: false,
      })
      await run(harness => harness.reveal('/nowhere/at/all'))
      await expect(page.getByRole('status')).toContainText('There is no key /nowhere/at/all')
    })
  })

  describe('renaming', () => {
    it('accepts a new name for a value, and returns the focus', async () => {
      const { tree, row, page, events, focused, press } = await open()
      await row('readme.txt').click()
      await press('F2')
      const field = page.getByRole('textbox', { name: 'New name' })
      await expect(field).toBeFocused()
      // Clicks in the field belong to the field.
      const before = await events()
      await field.dblclick()
      expect(await events()).toEqual(before)
      await field.fill('notes.txt')
      await press('Enter')
      await expect(row('notes.txt')).toBeVisible()
      await expect(tree).toBeFocused()
      await expect.poll(focused).toBe('notes.txt')
      expect((await events()).at(-1)).toMatchObject({
        event: 'request',
        type: 'renamed',
        from: '/readme.txt',
        to: '/notes.txt',
      })
    })

    it('refuses invalid names, and shows why', async () => {
      const { row, page, press, run } = await open()
      await row('zeta').click()
      await press('F2')
      const field = page.getByRole('textbox', { name: 'New name' })
      await field.fill('a//b')
      await expect(page.getByRole('alert')).toContainText('a segment is empty')
      await press('Enter')
      await expect(field).toBeFocused()
      await run(harness => harness.refuse('rename'))
      await field.fill('taken')
      await press('Enter')
      await expect(page.getByRole('alert')).toContainText('Cannot rename')
      await press('Escape')
      await expect(field).toBeHidden()
      await expect(row('zeta')).toHaveAttribute('aria-selected', 'true')
    })

    it('H8 accepts a whole key, which starts with a slash', async () => {
      const { row, page, events, press } = await open()
      await row('zeta').click()
      await press('F2')
      await page.getByRole('textbox', { name: 'New name' }).fill('/logs/zeta')
      await press('Enter')
      await expect(row('zeta')).toHaveAttribute('aria-level', '2')
      expect((await events()).at(-1)).toMatchObject({ type: 'renamed', from: '/zeta', to: '/logs/zeta' })
    })

    it('H8 opens the field in the row of a key when a rename is requested elsewhere', async () => {
      const { page, run } = await open()
      await run(harness => harness.reveal('/Comedy/Actor:Idle/songs/galaxy', true))
      const field = page.getByRole('textbox', { name: 'New name' })
      await expect(field).toBeFocused()
      await expect(field).toHaveValue('galaxy')
    })

    it('asks before a branch is moved, and which of both if a key is both', async () => {
      const { tree, row, page, events, press } = await open()
      await row('logs').click()
      await press('F2')
      await page.getByRole('textbox', { name: 'New name' }).fill('old-logs')
      await press('Enter')
      expect(await events()).toEqual([
        { event: 'request', type: 'moveBranch', from: '/logs', to: '/old-logs' },
      ])
      await expect(tree).toBeFocused()
      await press('Home', 'ArrowRight')
      await row('Actor:Idle').click()
      await press('F2')
      await page.getByRole('textbox', { name: 'New name' }).fill('Actor:Palin')
      await press('Enter')
      await page.getByRole('menuitem', { name: 'Move the value and all keys below it' }).click()
      expect((await events()).at(-1)).toEqual({
        event: 'request',
        type: 'moveBranch',
        from: '/Comedy/Actor:Idle',
        to: '/Comedy/Actor:Palin',
      })
    })

    it('keeps the focus when its row is deleted under the field', async () => {
      const { tree, row, page, run, press } = await open()
      await row('zeta').click()
      await press('F2')
      await run(({ store }) => store?.delete('/zeta'))
      await expect(page.getByRole('textbox', { name: 'New name' })).toHaveCount(0)
      await expect(tree).toBeFocused()
    })
  })

  describe('menu', () => {
    it('opens by keyboard and by mouse, runs actions, and returns the focus', async () => {
      const { tree, row, page, events, press } = await open()
      await tree.focus()
      await press('Shift+F10')
      await expect(page.getByRole('menuitem', { name: 'Open as branch' })).toBeFocused()
      await press('Escape')
      await expect(tree).toBeFocused()
      await row('zeta').click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Copy key' }).click()
      await expect(tree).toBeFocused()
      await row('zeta').click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'New key here' }).click()
      await expect(tree).toBeFocused()
      await row('logs').click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'New key here' }).click()
      await expect(tree).toBeFocused()
      await press('Delete')
      await expect.poll(events).toEqual([
        { event: 'request', type: 'many', action: 'copyText', selection: expect.anything(), below: '/' },
        { event: 'request', type: 'newKey', below: '/' },
        { event: 'request', type: 'newKey', below: '/logs' },
        { event: 'request', type: 'delete', key: '/logs', isValue: false, isBranch: true },
      ])
    })

    it('opens the field for a new name with the focus in it', async () => {
      const { row, page } = await open()
      await row('zeta').click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Rename' }).click()
      const field = page.getByRole('textbox', { name: 'New name' })
      await expect(field).toBeFocused()
      await settledFrames(page)
      await expect(field).toBeFocused()
    })

    it('shows every branch on its own row, and keeps expanded ones', async () => {
      const { row, page, run } = await open()
      await run(harness => harness.reveal('/deep/only/child/here/a'))
      await row('deep/only/child/here').click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Show every branch on its own row' }).click()
      for (const name of ['deep', 'only', 'child', 'here']) {
        await expect(row(name)).toHaveAttribute('aria-expanded', 'true')
      }
      await expect(row('a')).toHaveAttribute('aria-level', '5')
    })

    it('has the focus again before the next key after its menu was closed', async () => {
      const { row, page, press } = await open()
      await row('zeta').click({ button: 'right' })
      await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeVisible()
      // Without frames, work that waits for one never runs.
      await page.evaluate(() => {
        window.requestAnimationFrame = () => 0
      })
      await press('Escape', 'F2')
      await expect(page.getByRole('textbox', { name: 'New name' })).toBeFocused()
    })

    it('offers no writing if the stack is locked, and shows why', async () => {
      const { row, page, run, events, press } = await open()
      await run(harness => harness.setSession({ isReadOnly: true }))
      await row('zeta').click({ button: 'right' })
      await expect(page.getByRole('menuitem', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true')
      await press('Escape', 'F2')
      await expect(page.getByRole('status')).toContainText('Cannot rename keys: the stack is locked')
      await press('Delete')
      expect((await events()).filter(event => (event as { event: string }).event === 'request')).toEqual([])
    })
  })

  describe('states', () => {
    it('reports that there are no keys, with the next steps', async () => {
      const { page, events } = await open('empty')
      await expect(page.getByText('There are no keys here yet.')).toBeVisible()
      await page.getByRole('button', { name: 'New key…' }).click()
      expect(await events()).toEqual([{ event: 'request', type: 'newKey', below: '/' }])
    })

    it("shows why a level can't be read, and reads it again", async () => {
      const { page, tree, row, run, press } = await open()
      await run(harness => harness.refuse('/logs'))
      await row('logs').click()
      const failure = page.getByRole('treeitem').filter({ hasText: 'permission denied' })
      await expect(failure).toBeVisible()
      await run(harness => harness.refuse())
      await tree.focus()
      await press('ArrowDown', 'Enter')
      await expect(row('2026-03-01')).toBeVisible()
      await expect(failure).toHaveCount(0)
    })

    it('shows another stack in the same session with all expanded branches that still exist', async () => {
      const { row, run, focused } = await open()
      await run(harness => harness.reveal('/Comedy/Actor:Idle/songs/galaxy'))
      await expect(row('galaxy')).toHaveAttribute('aria-selected', 'true')
      await run(harness => {
        const { store } = harness
        if (store !== undefined) store.onLevelChanged = () => undefined
        store?.delete('/Comedy/Actor:Cleese')
        harness.setSession({ document: { root: 'another' } })
      })
      await expect(row('Actor:Cleese')).toHaveCount(0)
      await expect(row('songs')).toHaveAttribute('aria-expanded', 'true')
      await expect.poll(focused).toBe('galaxy')
    })

    it('has no serious axe violations, light or dark, with rows, a field or none', async () => {
      const { tree, page, press } = await open()
      await tree.focus()
      await press('*')
      expect(await seriousProblems(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      await press('End', 'F2')
      expect(await seriousProblems(page)).toEqual([])
      expect(await seriousProblems((await open('empty')).page)).toEqual([])
    })
  })
})

function seriousProblems(page: Page): Promise<string[]> {
  return axeViolations(page, { from: 'serious', without: ['page-has-heading-one', 'region'] })
}

/** Waits two frames: by then a closing overlay has restored the focus. */
function settledFrames(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>(resolve => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
      }),
  )
}
