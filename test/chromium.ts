import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from '@playwright/test'
import { chromiumArguments, chromiumMissing, findHeadlessChromium } from '../scripts/find-chromium.mjs'

const executablePath = findHeadlessChromium()

/** Why tests in a browser are skipped; `undefined` if they run. */
export const noChromium = chromiumMissing()
if (noChromium !== undefined) console.warn(`Tests in a browser are skipped: ${noChromium}`)

/** @param args Arguments in addition to those that every test needs. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: [...chromiumArguments(), ...args],
  })
}

/**
 * A context for pages with the development build of React. This build records a stack for each element and a profile of
 * each render, which takes half of the time of such a page. The context switches that off; warnings stay.
 */
export async function newReactContext(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext(options)
  await context.addInitScript(() => {
    Object.assign(console, { createTask: undefined, timeStamp: undefined })
    Object.defineProperty(Error, 'stackTraceLimit', { get: () => 0, set: () => undefined })
  })
  return context
}
