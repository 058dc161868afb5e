import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { chromiumArguments, findHeadlessChromium } from '../../../scripts/find-chromium.mjs'
import { createHost } from '../../../src/main/host/host.ts'
import { startWebShell } from '../../../src/main/web/server.ts'
import { type Benchmark, type Result, underBudget } from '../result.ts'
import { median } from '../side-by-side.ts'

const PAGE = join(import.meta.dirname, '../../../out/renderer')
const GIGABYTE = 2 ** 30
const ROUNDS = 5

export const largeValueBenchmark: Benchmark = { name: 'large-value', run: runLargeValueBenchmark }

/** A value of 1 GB, opened from the tree of the real window (built page, web shell, folder on disk). */
async function runLargeValueBenchmark(): Promise<readonly Result[]> {
  const executablePath = findHeadlessChromium()
  if (executablePath === undefined) {
    console.log('large-value: not measured, there is no Chromium on this machine')
    return []
  }
  const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
  const browser = await chromium.launch({ executablePath, args: chromiumArguments() })
  try {
    await writeGigabyte(join(folder, 'values.log'))
    const times: number[] = []
    let heap = 0
    for (let round = 0; round < ROUNDS; round++) {
      const measured = await openOnce(folder, () => browser.newPage())
      times.push(measured.milliseconds)
      heap = Math.max(heap, measured.heap)
    }
    return [
      underBudget('value of 1 GB: first bytes shown', 'ms', median(times), 200),
      underBudget('value of 1 GB: page heap', 'MB', heap, 100),
    ]
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A window of its own, so that nothing was loaded for an earlier value. */
async function openOnce(
  folder: string,
  newPage: () => Promise<Page>,
): Promise<{ readonly milliseconds: number; readonly heap: number }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'strata-bench-data-'))
  const host = await createHost({ dataDirectory, shell: 'web', appVersion: '0.0.0' })
  const shell = await startWebShell({ host, pageDirectory: PAGE })
  const page = await newPage()
  try {
    const { id } = await host.open({ type: 'folder', path: folder })
    host.show(id)
    await page.goto(shell.address)
    await page.getByRole('treeitem', { name: 'values.log' }).waitFor()
    // The state before selecting a key: the window, idle.
    await page.waitForLoadState('networkidle')
    const milliseconds = await page.evaluate(timeToFirstBytes)
    const session = await page.context().newCDPSession(page)
    await session.send('HeapProfiler.enable')
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    return { milliseconds, heap: usedSize / 1e6 }
  } finally {
    await page.close()
    await shell.close()
    await host.close()
    await rm(dataDirectory, { recursive: true, force: true })
  }
}

/** Runs in the page: from the double click on the row to the frame that shows the beginning of the value. */
async function timeToFirstBytes(): Promise<number> {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
  const isShown = (root: Document | ShadowRoot): boolean =>
    [...root.querySelectorAll('*')].some(
      element =>
        (element.getAttribute('aria-label') === 'Value' && element.textContent.includes('00000000 a line')) ||
        (element.shadowRoot !== null && isShown(element.shadowRoot)),
    )
  await frame()
  const start = performance.now()
  const row = document.querySelector('[role="treeitem"]')
  row?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }))
  while (!isShown(document)) {
    if (performance.now() - start > 20_000) throw new Error('The value was not shown within 20 s')
    await frame()
  }
  // The frame that was being drawn is on the screen when the next one starts.
  await frame()
  return performance.now() - start
}

async function writeGigabyte(path: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    const lines = Array.from(
      { length: 16_384 },
      (_, index) => `${String(index).padStart(8, '0')} a line of the log ${'.'.repeat(35)}\n`,
    )
    const chunk = Buffer.from(lines.join(''))
    for (let written = 0; written < GIGABYTE; written += chunk.length) await file.write(chunk)
  } finally {
    await file.close()
  }
}
