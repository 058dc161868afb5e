import type { Browser, Page } from '@playwright/test'
import { newReactContext } from '../../../../chromium.ts'
import type { HarnessOptions } from './bridge.ts'
import { FakeHost } from './fake-host.ts'

export interface OpenEditor {
  readonly page: Page
  readonly host: FakeHost
  /** The answers to the next dialogs, in order. */
  readonly picks: (string | undefined)[]
  /** Errors of the page. */
  readonly errors: string[]
}

/** Opens the harness page with a stack editor in it, and answers its calls. */
export async function openEditor(
  browser: Browser,
  url: string,
  options: HarnessOptions,
  view: { width?: number; height?: number; scheme?: 'light' | 'dark' } = {},
): Promise<OpenEditor> {
  const { width = 760, height = 700, scheme = 'light' } = view
  const context = await newReactContext(browser, { viewport: { width, height }, colorScheme: scheme })
  const page = await context.newPage()
  const host = new FakeHost()
  const picks: (string | undefined)[] = []
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.exposeFunction('strataHost', (name: Parameters<FakeHost['answer']>[0], input: unknown) =>
    host.answer(name, input),
  )
  await page.exposeFunction('strataPick', () => picks.shift())
  await page.goto(`${url}#${encodeURIComponent(JSON.stringify(options))}`)
  return { page, host, picks, errors }
}
