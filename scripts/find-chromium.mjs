import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe']
const USUAL = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The system's Chromium: `CHROMIUM`, else the first on the PATH, else where installers put it. */
export function findChromium(env = process.env) {
  if (env.CHROMIUM !== undefined) return env.CHROMIUM
  const folders = (env.PATH ?? '').split(delimiter)
  return [...folders.flatMap(folder => NAMES.map(name => join(folder, name))), ...USUAL].find(isExecutable)
}

/**
 * A Chromium for tests that need no window of it: the `chromium-headless-shell` of Debian where it is installed, else
 * any other. A whole Chromium opens a window of its own, with pages for its bars, for each context of a test, which
 * takes longer than many a test.
 */
export function findHeadlessChromium(env = process.env) {
  if (env.CHROMIUM !== undefined) return env.CHROMIUM
  const folders = (env.PATH ?? '').split(delimiter)
  return (
    folders.map(folder => join(folder, 'chromium-headless-shell')).find(isExecutable) ?? findChromium(env)
  )
}

/** What Chromium is started with: quiet, and without its own sandbox where that cannot work, as root. */
export function chromiumArguments() {
  const isRoot = process.getuid?.() === 0
  return [
    ...(isRoot ? ['--no-sandbox'] : []),
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
