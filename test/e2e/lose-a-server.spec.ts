import { join } from 'node:path'
import type { Page } from '@playwright/test'
import {
  type FillableServer,
  type FilledServer,
  fillableServers,
  filmName,
  plotOf,
} from '../servers/filled.ts'
import { Keyboard } from './by-keyboard.ts'
import { startProgram } from './program.ts'
import { expect as strataExpect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

/** A loaded machine takes longer to start a server, and for 10⁵ rows. */
const expect = strataExpect.configure({ timeout: 100_000 })

test.describe.configure({ mode: 'parallel', timeout: 400_000 })

for (const row of fillableServers) {
  const { title, missing, films } = row
  test(`E100 E24 E11 E20 ${title}: keys of another program are opened, browsed and edited by keyboard, and no edit is lost with the server`, async ({
    page,
    folder,
  }) => {
    test.skip(missing !== undefined, missing ?? '')
    const server = await row.start(films)
    const program = await startProgram(join(folder, 'data'), ['--port', '0'])
    try {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      const visit = new Visit(page, row, server)
      await visit.window.open(program.address)
      await test.step('open', () => visit.open())
      await test.step('browse', () => visit.browse())
      await test.step('edit', () => visit.edit())
      await test.step('lose', () => visit.lose())
      await test.step('regain', () => visit.regain())
    } finally {
      await page.close()
      await program.stop()
      await server.stop()
    }
  })
}

/** The steps of a user with a keyboard and the address of a server. */
class Visit {
  readonly window: StrataWindow
  readonly #page: Page
  readonly #row: FillableServer
  readonly #server: FilledServer
  readonly #keyboard: Keyboard
  /** The edited film, in the middle. */
  readonly #film: number

  constructor(page: Page, row: FillableServer, server: FilledServer) {
    this.window = new StrataWindow(page)
    this.#page = page
    this.#row = row
    this.#server = server
    this.#keyboard = new Keyboard(page)
    this.#film = Math.floor(row.films / 2)
  }

  async open(): Promise<void> {
    const { label } = this.#row
    await this.#keyboard.paste(this.#server.address)
    const dialog = this.#page.getByRole('dialog', { name: 'Open', exact: true })
    await expect(dialog.getByRole('option')).toContainText(`${label} at `)
    await this.#keyboard.press('Enter')
    const form = this.#page.getByRole('dialog', { name: `Connect to ${label}` })
    await expect(form).toBeVisible()
    for (const [name, text] of Object.entries(this.#server.fields))
      await this.#keyboard.fill(form.getByLabel(name, { exact: true }), text)
    await this.#keyboard.tabTo(form.getByRole('button', { name: 'Test connection' }))
    await this.#keyboard.press('Enter')
    await expect(form.getByText('It works')).toBeVisible()
    await this.#keyboard.tabTo(form.getByRole('button', { name: 'Open', exact: true }))
    await this.#keyboard.press('Enter')
    await expect(form).toBeHidden()
  }

  /** From the first row to the last, and by name to one in the middle. */
  async browse(): Promise<void> {
    const { window } = this
    const { films } = this.#row
    await expect(window.row('films')).toBeVisible()
    await this.#keyboard.press('Control+Shift+e')
    await expect(window.keys).toBeFocused()
    await this.#keyboard.press('Home', 'ArrowRight')
    await expect(window.row(filmName(0))).toBeVisible()
    await this.#expectAllFilms(0)
    await this.#keyboard.press('End')
    await expect(window.row(filmName(films - 1))).toHaveAttribute('aria-selected', 'true')
    await this.#page.keyboard.type(filmName(this.#film))
    await expect(window.row(filmName(this.#film))).toHaveAttribute('aria-selected', 'true')
    await this.#keyboard.press('Enter')
    await expect(window.value).toContainText(plotOf(this.#film))
  }

  async edit(): Promise<void> {
    await this.#keyboard.press('Alt+Shift+e')
    await this.#keyboard.tabTo(this.window.value)
    await this.#typeOver('edited')
    await this.window.save()
    expect(await this.#server.read(filmName(this.#film))).toBe('edited')
  }

  async lose(): Promise<void> {
    const { window } = this
    await this.#typeOver('unsaved')
    await this.#server.lose()
    await this.#keyboard.press('Control+s')
    await expect(this.#bar).toContainText(/^Cannot (?:use|connect to) 127\.0\.0\.1:\d+: /)
    await expect(this.#failure).toContainText(`Cannot put "/films/${filmName(this.#film)}": `)
    // A read that fails meanwhile is reported in its place, without another notification.
    await this.#keyboard.press('Control+Shift+e', 'ArrowDown')
    await expect(window.row(filmName(this.#film + 1))).toHaveAttribute('aria-selected', 'true')
    await expect(window.inspector).toContainText('Not known until the server is back.')
    await expect(this.#notificationsWith('reached')).toHaveCount(0)
    await expect(this.#bar).toHaveCount(1)
    await expect(window.value).toHaveText(this.#shown('unsaved'))
  }

  async regain(): Promise<void> {
    const { window } = this
    await this.#server.regain()
    await expect(this.#bar).toBeHidden()
    await expect(this.#notificationsWith('is back')).toHaveCount(1)
    await expect(window.keys).toBeFocused()
    await expect(window.value).toHaveText(this.#shown('unsaved'))
    if (this.#row.isForgetful === true) await this.#putAsNew()
    else await this.#put()
    expect(await this.#server.read(filmName(this.#film))).toBe('unsaved')
  }

  /** The server has the same data as before. */
  async #put(): Promise<void> {
    await this.#expectAllFilms(this.#film + 1)
    await expect(this.window.row(filmName(this.#film + 1))).toHaveAttribute('aria-selected', 'true')
    await expect(this.#failure).toBeHidden()
    await this.#keyboard.press('Alt+Shift+e')
    await this.window.save()
    expect(await this.#server.read(filmName(this.#film + 1))).toBe(plotOf(this.#film + 1))
  }

  /** The server is empty. */
  async #putAsNew(): Promise<void> {
    await expect(this.window.row(filmName(this.#film + 1))).toBeHidden()
    await expect(this.#failure).toHaveCount(1)
    await expect(this.#failure).toContainText(
      `"/films/${filmName(this.#film)}" was deleted while you were editing it`,
    )
    await this.#keyboard.press('Alt+Shift+e')
    await this.#keyboard.tabTo(this.window.button('Put as new'))
    await this.#keyboard.press('Enter')
    await expect(this.window.put).toBeDisabled()
    await expect(this.window.row('films')).toBeVisible()
    // The button disappears, and the focus moves to the value.
    await expect(this.window.value).toBeFocused()
  }

  async #typeOver(plot: string): Promise<void> {
    await this.#keyboard.press('Control+a')
    await this.#keyboard.paste(this.#shown(plot))
    await expect(this.window.value).toHaveText(this.#shown(plot))
  }

  #shown(plot: string): string {
    return this.#row.shown?.(plot) ?? plot
  }

  /** @param film A film whose row is visible. */
  async #expectAllFilms(film: number): Promise<void> {
    const row = this.window.row(filmName(film))
    await expect(row).toHaveAttribute('aria-setsize', String(this.#row.films))
  }

  get #bar() {
    return this.#page.getByRole('alert').filter({ hasText: 'Strata tries again by itself' })
  }

  get #failure() {
    return this.#page.getByRole('tabpanel').getByRole('alert')
  }

  #notificationsWith(text: string) {
    return this.window.notifications.getByRole('listitem').filter({ hasText: text })
  }
}
