import { type Browser, chromium } from '@playwright/test'
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
