import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type ConsoleMessage, expect, type Page } from '@playwright/test'
import type { BinaryDatastore } from '../../src/core/datastore.ts'
import { createHost, type Host } from '../../src/main/host/host.ts'
import { startWebShell, type WebShell } from '../../src/main/web/server.ts'
import type { SessionInfo, Source } from '../../src/shared/procedures/sessions.ts'
import { StrataWindow } from './strata-window.ts'
import { startWorkersFromSource } from './workers-from-source.ts'

export const REPOSITORY = join(import.meta.dirname, '..', '..')

/** The folder of the page that `npm test` builds before it runs these specs. */
export const PAGE = join(REPOSITORY, 'out', 'renderer')

/** A host, its web shell, and a window on it. */
export interface Strata {
  readonly host: Host
  readonly shell: WebShell
  readonly window: StrataWindow
  /** Opens a source in the host and shows it in the window. */
  open(source: Source): Promise<SessionInfo>
  /** Shows a store that exists already. */
  show(name: string, store: BinaryDatastore): Promise<SessionInfo>
}

interface Fixtures {
  /** A folder that exists for one test. */
  readonly folder: string
  /** Problems of the page or the host that are expected, for tests that break something. */
  readonly expectedErrors: RegExp[]
  readonly strata: Strata
}

export const test = base.extend<Fixtures, { readonly workers: undefined }>({
  // Playwright reads from the pattern which fixtures are used.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'strata-e2e-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },

  expectedErrors: [
    async ({ page }, use) => {
      const expected: RegExp[] = []
      const seen = await watchErrors(page)
      await use(expected)
      expect(seen.filter(text => !expected.some(pattern => pattern.test(text)))).toEqual([])
    },
    { auto: true },
  ],

  workers: [
    async ({}, use) => {
      await startWorkersFromSource()
      await use(undefined)
    },
    { scope: 'worker', auto: true },
  ],

  // It names `folder` so that the host closes before the folder is removed: keys of a stack may still move in it.
  strata: async ({ page, expectedErrors, folder: {} }, use) => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'strata-e2e-data-'))
    const logged: string[] = []
    const host = await createHost({
      dataDirectory,
      shell: 'web',
      appVersion: '0.0.0',
      log: (message, error) => logged.push(`${message}: ${describe(error)}`),
    })
    const warned = (warning: Error) => logged.push(`Node warns: ${warning.stack ?? warning.message}`)
    process.on('warning', warned)
    const shell = await startWebShell({ host, pageDirectory: PAGE })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const window = new StrataWindow(page)
    const show = async (session: SessionInfo) => {
      host.show(session.id)
      await window.open(shell.address)
      return session
    }
    await use({
      host,
      shell,
      window,
      open: async source => show(await host.open(source)),
      show: async (name, store) => show(await host.openStore(name, store)),
    })
    await page.close()
    await shell.close()
    await host.close()
    process.off('warning', warned)
    await rm(dataDirectory, { recursive: true, force: true })
    expect(logged.filter(text => !expectedErrors.some(pattern => pattern.test(text)))).toEqual([])
  },
})

export { expect }

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Errors in the console, uncaught ones, and violations of the content security policy. */
export async function watchErrors(page: Page): Promise<string[]> {
  const seen: string[] = []
  page.on('pageerror', error => seen.push(`uncaught: ${error.message}`))
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()}`)
  })
  await page.exposeFunction('strataViolation', (directive: string) => seen.push(`policy: ${directive}`))
  await page.addInitScript(() => {
    const report = (globalThis as unknown as Record<string, (directive: string) => void>)['strataViolation']
    addEventListener('securitypolicyviolation', event => report?.(event.effectiveDirective))
  })
  return seen
}
