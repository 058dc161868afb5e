import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import { findChromium } from '../../scripts/find-chromium.mjs'
import { expect, REPOSITORY, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

/** The real browser without a screen, as a separate executable that a test can connect to. */
async function headless(folder: string): Promise<string> {
  const path = join(folder, 'browser.sh')
  const flags = '--headless=new --remote-debugging-port=0 --disable-quic --no-sandbox'
  await writeFile(path, `#!/bin/sh\nexec '${findChromium() ?? chromium.executablePath()}' ${flags} "$@"\n`)
  await chmod(path, 0o755)
  return path
}

interface Started {
  readonly browser: Browser
  readonly output: () => string
  readonly ended: Promise<number | null>
  readonly end: () => void
}

async function start(data: string, executable: string, args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [join(REPOSITORY, 'out', 'main', 'start.js'), '--window', ...args], {
    env: { ...process.env, STRATA_DATA: data, STRATA_BROWSER: executable, DISPLAY: ':none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const windows = join(data, 'windows')
  const portOf = async () => {
    const [profile = ''] = await readdir(windows).catch(() => [])
    return readFile(join(windows, profile, 'DevToolsActivePort'), 'utf8').catch(() => '')
  }
  await expect.poll(portOf, { message: output, timeout: 30_000 }).not.toBe('')
  const [port = ''] = (await portOf()).split('\n')
  let browser: Browser | undefined
  // A browser that is still opening its window may never answer the first request.
  await expect(async () => {
    browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 8000 })
  }).toPass({ timeout: 60_000 })
  if (browser === undefined) throw new Error('The browser cannot be reached')
  return {
    browser,
    output: () => output,
    ended,
    end: () => void child.kill('SIGTERM'),
  }
}

/** The texts that pages store in the data directory. */
async function kept(data: string): Promise<string> {
  const folder = join(data, 'page')
  const names = await readdir(folder).catch(() => [])
  const texts = names.filter(name => name.endsWith('.json')).map(name => readFile(join(folder, name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

async function windowOf(browser: Browser): Promise<StrataWindow> {
  const [context] = browser.contexts()
  await expect.poll(() => context?.pages().length).toBe(1)
  const window = new StrataWindow(context!.pages()[0]!)
  await expect(window.keys).toBeVisible()
  return window
}

test('E43 closing the window ends the program, and edits are present at the next start', async ({
  folder,
}) => {
  test.slow()
  await mkdir(join(folder, 'keys'))
  await writeFile(join(folder, 'keys', 'a.txt'), 'before')
  const data = join(folder, 'data')
  const executable = await headless(folder)
  const first = await start(data, executable, [join(folder, 'keys'), '--port', '0'])
  const window = await windowOf(first.browser)
  await window.openText('/a.txt')
  await window.append(' edited')
  const draft = Buffer.from('before edited').toString('base64')
  await expect.poll(() => kept(data)).toContain(draft)
  await expect.poll(() => kept(data)).toContain('strata.tabs')
  await (await first.browser.newBrowserCDPSession()).send('Browser.close')
  expect(await first.ended).toBe(0)
  expect(first.output()).toContain('Strata opens a window of')
  expect(await readFile(join(folder, 'keys', 'a.txt'), 'utf8')).toBe('before')

  // Another port uses another profile, whose process can be found separately.
  await rm(join(data, 'windows'), { recursive: true })
  const second = await start(data, executable, [join(folder, 'keys'), '--port', '0'])
  const again = await windowOf(second.browser)
  await again.page.getByRole('status').getByRole('button', { name: 'Restore' }).click()
  await expect.poll(() => again.text()).toBe('before edited')
  const gone = new Promise<void>(resolve => second.browser.on('disconnected', () => resolve()))
  second.end()
  expect(await second.ended).toBe(0)
  await gone
})
