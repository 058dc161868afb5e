import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Locator, Page, WebSocketRoute } from '@playwright/test'
import { expect, test } from './strata.ts'

/**
 * Milliseconds from a key press until progress must be shown: 100, and the time that a loaded machine takes
 * to draw.
 */
const NOTICED = 250

/** A host whose answers can be held back, as those of a slow store. */
class SlowHost {
  readonly #page: Page
  readonly #held: (string | Buffer)[] = []
  #route: WebSocketRoute | undefined
  #isHeld = false

  constructor(page: Page) {
    this.#page = page
  }

  /** Must be called before the page connects. */
  async attach(): Promise<void> {
    await this.#page.routeWebSocket(/./, route => {
      this.#route = route
      route.connectToServer().onMessage(message => {
        if (this.#isHeld) this.#held.push(message)
        else route.send(message)
      })
    })
  }

  /**
   * Holds answers back until `progress` is shown, which must be in time, and until it disappears after the
   * answer.
   */
  async expectProgress(begin: () => Promise<void>, progress: Locator, end: Locator): Promise<void> {
    await expect(progress).toBeHidden()
    this.#isHeld = true
    await this.#page.evaluate(watchLongestWait, NOTICED)
    await begin()
    await expect(progress).toBeVisible()
    const handle = await progress.elementHandle()
    const isInTime = await this.#page.evaluate(
      element => (globalThis as unknown as Watched).strataShownAt.then(shown => shown.includes(element)),
      handle,
    )
    expect(isInTime, 'it is shown in time').toBe(true)
    this.#isHeld = false
    for (const message of this.#held.splice(0)) this.#route?.send(message)
    await expect(end).toBeVisible()
    await expect(progress).toBeHidden()
  }
}

interface Watched {
  /** The elements that are present once the time is over. */
  strataShownAt: Promise<readonly (Node | null)[]>
}

/** Checks the page once the time after the next key press is over and pending frames are drawn. */
function watchLongestWait(time: number): void {
  const page = globalThis as unknown as Watched
  page.strataShownAt = new Promise(resolve => {
    const pressed = ({ key }: KeyboardEvent): void => {
      if (key === 'Control' || key === 'Alt' || key === 'Shift') return
      removeEventListener('keydown', pressed, true)
      setTimeout(() => {
        requestAnimationFrame(() => resolve([...document.querySelectorAll('*')]))
      }, time)
    }
    addEventListener('keydown', pressed, true)
  })
}

test('W93 W94 slow work shows progress at once: a value, its stages, its history, undo, redo, paste, a query, a sort', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const host = new SlowHost(page)
  await host.attach()
  await mkdir(join(folder, 'in'))
  await writeFile(join(folder, 'a.txt'), 'one')
  await writeFile(join(folder, 'in', 'b.txt'), 'two')
  await writeFile(join(folder, 'packed.gz'), gzipSync('{"a":1}'))
  await open({ type: 'folder', path: folder })
  const press = (key: string) => () => page.keyboard.press(key)
  const loading = page.getByRole('tabpanel').getByRole('status', { name: 'Loading' })
  const work = page.getByRole('status', { name: 'In progress' })
  await window.openText('/a.txt')

  // A value.
  await window.keys.focus()
  await page.keyboard.press('End')
  await expect(window.row('packed.gz')).toHaveAttribute('aria-selected', 'true')
  await host.expectProgress(
    press('Enter'),
    loading,
    page.getByRole('list', { name: 'Decoding' }).getByText('gzip'),
  )

  // Another stage.
  await page.getByRole('list', { name: 'Decoding' }).getByRole('button').last().click()
  await page.getByRole('menuitem', { name: 'Bytes', exact: true }).focus()
  const chips = page.getByRole('list', { name: 'Decoding' })
  await host.expectProgress(press('Enter'), page.getByText('Decoding…'), chips.getByText('Bytes'))

  // Its history.
  await window.openText('/a.txt')
  await window.typeOver('three')
  await window.save()
  await host.expectProgress(
    press('Alt+h'),
    page.getByText('Reading the history…'),
    page.getByRole('listbox', { name: 'History' }),
  )
  await page.keyboard.press('Escape')
  await expect(window.value).toBeFocused()

  // Undo and redo.
  await window.keys.focus()
  await host.expectProgress(
    press('Control+z'),
    work.getByText('Undoing…'),
    window.notifications.getByText('Undid put of /a.txt'),
  )
  await host.expectProgress(
    press('Control+Shift+z'),
    work.getByText('Redoing…'),
    window.notifications.getByText('Redid put of /a.txt'),
  )

  // Paste.
  await window.row('a.txt').click()
  await page.keyboard.press('Control+c')
  await expect(window.notifications).toContainText('Copied "/a.txt"')
  await window.row('in').click()
  const dialog = page.getByRole('dialog', { name: /^Copy / })
  await host.expectProgress(
    press('Control+v'),
    dialog.getByText('Looking…').first(),
    dialog.getByText('This will copy'),
  )
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()

  // An action on many keys.
  await window.row('a.txt').click()
  await page.keyboard.press('Control+d')
  const duplicating = page.getByRole('dialog', { name: /^Duplicate/ })
  await expect(duplicating.getByRole('button', { name: 'Duplicate 1 key' })).toBeEnabled()
  await host.expectProgress(
    press('Enter'),
    work.getByText('Starting the job…'),
    window.notifications.getByText('Duplicated 1 key'),
  )

  // The children of a branch, by size.
  await window.goTo('/in/')
  const table = page.getByRole('grid', { name: 'Children' })
  await table.getByRole('columnheader', { name: 'Size' }).getByRole('button').focus()
  await host.expectProgress(
    press('Enter'),
    page.getByText('Looking at values: 0'),
    page.getByText('1 value, largest first'),
  )

  // A query.
  await page.keyboard.press('Alt+Shift+f')
  const run = page.getByRole('button', { name: /^Run/ })
  await run.focus()
  await host.expectProgress(
    press('Control+Enter'),
    page.getByText('Starting the query…'),
    page.getByText(/hits?$/),
  )
})

test('W93 the plan of a changed stack and the test of a connection show progress too', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const host = new SlowHost(page)
  await host.attach()
  await mkdir(join(folder, 'data'))
  const file = join(folder, 'mine.stack.json')
  const text = (...tiers: object[]) =>
    JSON.stringify({ strata: 1, name: 'Mine', root: { kind: 'tiered', tiers } })
  const store = { kind: 'fs', path: 'data' }
  await writeFile(file, text({ kind: 'memory' }, store))
  await open({ type: 'stackFile', path: file })
  await page.keyboard.press('Control+e')
  await window.pasteOver(page.getByRole('textbox', { name: 'Stack document' }), text(store))
  const plan = page.getByRole('dialog', { name: 'Apply changes to Mine' })
  const apply = page.getByRole('button', { name: 'Apply', exact: true })
  await expect(apply).toBeEnabled()
  await apply.focus()
  await host.expectProgress(
    () => page.keyboard.press('Enter'),
    plan.getByText('Finding out what changes…'),
    plan.getByRole('region', { name: 'Plan' }),
  )
  await page.keyboard.press('Escape')
  await expect(plan).toBeHidden()

  // Nothing listens on this port.
  await page.keyboard.press('Alt+Shift+O')
  const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
  await dialog.getByRole('combobox').fill('redis://127.0.0.1:1')
  await page.keyboard.press('Enter')
  const form = page.getByRole('dialog', { name: 'Connect to Redis' })
  await form.getByRole('button', { name: 'Test connection' }).focus()
  await host.expectProgress(
    () => page.keyboard.press('Enter'),
    form.getByText('Testing…'),
    form.getByText('It does not work'),
  )
})
