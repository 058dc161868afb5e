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
  return env.CHROMIUM ?? onPath(NAMES, env) ?? USUAL.find(isExecutable)
}

/**
 * The Chromium for tests that need no browser window: Debian's `chromium-headless-shell` if it is installed, else
 * `findChromium()`. The full browser starts two more renderers for the toolbar of each browser context, which takes
 * longer than many tests.
 */
export function findHeadlessChromium(env = process.env) {
  return env.CHROMIUM ?? onPath(['chromium-headless-shell'], env) ?? findChromium(env)
}

/** Why tests in a browser cannot run on this machine; `undefined` if they can. */
export function chromiumMissing() {
  if (findHeadlessChromium() !== undefined) return undefined
  return 'there is no Chromium on this machine; install one (Debian: apt-get install chromium-headless-shell) or set CHROMIUM to its path'
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

function onPath(names, env) {
  const folders = (env.PATH ?? '').split(delimiter)
  return folders.flatMap(folder => names.map(name => join(folder, name))).find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
