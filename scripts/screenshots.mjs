// npm run screenshots: takes the pictures of docs/ from the sample, after `npm run build`: the first page of
// the stack in the light theme, after a key was read; the stack editor in the dark one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from '@playwright/test'
import { chromiumArguments, findHeadlessChromium } from './find-chromium.mjs'

const root = join(import.meta.dirname, '..')
const data = await mkdtemp(join(tmpdir(), 'strata-screenshots-'))
const program = spawn(process.execPath, [join(root, 'out/main/serve.js'), '--no-open'], {
  env: { ...process.env, STRATA_DATA: data },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch({ executablePath: findHeadlessChromium(), args: chromiumArguments() })
try {
  const address = await printedAddress()
  await take(address, 'light', async page => {
    await openKey(page, '/films/Film:Greed')
    await page.getByRole('textbox', { name: 'Value', exact: true }).waitFor()
    await page.getByRole('button', { name: 'First page of the stack' }).click()
    await page.getByRole('status', { name: 'Way of the last read' }).waitFor()
    await page.getByRole('region', { name: 'Where it lives' }).getByRole('button').first().waitFor()
    await page.getByText('in values').waitFor()
  })
  await take(address, 'dark', async page => {
    await page.keyboard.press('Control+e')
    await page.getByRole('tree', { name: 'Stack', exact: true }).waitFor()
  })
} finally {
  await browser.close()
  program.kill()
  if (program.exitCode === null) await once(program, 'exit')
  await rm(data, { recursive: true })
}

async function printedAddress() {
  for await (const line of createInterface({ input: program.stdout })) {
    const address = /^Strata is at (\S+)$/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('The program ended before it served its window')
}

async function take(address, colorScheme, prepare) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 680 }, colorScheme })
  await page.goto(address)
  await page.locator('[role=tree][aria-busy=false]').first().waitFor()
  await prepare(page)
  // The caret blinks, and what was loading fades in.
  await page.screenshot({
    path: join(root, `docs/strata-${colorScheme}.png`),
    animations: 'disabled',
    caret: 'hide',
  })
  await page.close()
}

async function openKey(page, key) {
  await page.keyboard.press('Control+p')
  await page.getByRole('combobox', { name: 'Key' }).fill(key)
  await page.keyboard.press('Enter')
}
