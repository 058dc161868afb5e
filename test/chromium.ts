import { type Browser, chromium } from '@playwright/test'
import { chromiumArguments, findHeadlessChromium } from '../scripts/find-chromium.mjs'

const executablePath = findHeadlessChromium()

/** Why pages cannot be tested in a browser here; `undefined` where they can. */
export const noChromium =
  executablePath === undefined
    ? 'there is no Chromium here; install one (Debian: chromium-headless-shell) or set CHROMIUM to its path'
    : undefined

/** @param args More arguments than those that every test needs. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: [...chromiumArguments(), ...args],
  })
}
