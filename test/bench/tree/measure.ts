import type { Browser, CDPSession, Page } from '@playwright/test'
import { median } from '../side-by-side.ts'
import type { Shape } from './page/contender.ts'
import type { BenchPage } from './page/main.tsx'

declare const window: { readonly bench: BenchPage }

/** Times are milliseconds, and end when the expected content is painted. */
export interface Measured {
  /** From the call to draw until the first rows, and until every branch is expanded. */
  readonly firstRows: number
  readonly allRows: number
  /** The first branch collapses, and expands again. */
  readonly close: number
  readonly open: number
  /** The next row is selected. */
  readonly next: number
  /** Between two frames while the wheel turns, 95th percentile. */
  readonly frame: number
  /** Processor time of the page in such a frame, on average. */
  readonly work: number
  /** MB that the page holds after all of it. */
  readonly heap: number
}

const ROUNDS = 5
/** Milliseconds after which no further round starts: such a slow tree needs no median. */
const LONG = 5000
const WHEEL_STEPS = 150

/** Measures one tree in a page of its own. */
export async function measureTree(
  browser: Browser,
  url: string,
  tree: string,
  shape: Shape,
): Promise<Measured> {
  const page = await browser.newPage({ viewport: { width: 800, height: 640 } })
  page.setDefaultTimeout(600_000)
  const session = await page.context().newCDPSession(page)
  try {
    await page.goto(`${url}?tree=${tree}&folders=${shape.folders}&each=${shape.each}`)
    const firstRows = await page.evaluate(() => window.bench.firstRows())
    const allRows = firstRows + (await page.evaluate(() => window.bench.allRows()))
    const closes: number[] = []
    const opens: number[] = []
    const nexts: number[] = []
    const started = performance.now()
    for (let round = 0; round < ROUNDS && performance.now() - started < LONG; round++) {
      closes.push(await page.evaluate(() => window.bench.close()))
      opens.push(await page.evaluate(() => window.bench.open()))
    }
    for (let round = 0; round < ROUNDS; round++) nexts.push(await page.evaluate(() => window.bench.next()))
    const scrolled = await scroll(page, session)
    return {
      firstRows,
      allRows,
      close: median(closes),
      open: median(opens),
      next: median(nexts),
      ...scrolled,
      heap: await heapOf(session),
    }
  } finally {
    await page.close()
  }
}

async function scroll(page: Page, session: CDPSession): Promise<Pick<Measured, 'frame' | 'work'>> {
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.mouse.move(100, 300)
  const before = await taskSeconds(session)
  await page.evaluate(() => window.bench.startFrames())
  for (let step = 0; step < WHEEL_STEPS; step++) await page.mouse.wheel(0, 400)
  const frames = await page.evaluate(() => window.bench.stopFrames())
  const seconds = (await taskSeconds(session)) - before
  const sorted = frames.toSorted((a, b) => a - b)
  return {
    frame: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
    work: (seconds * 1000) / frames.length,
  }
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(metric => metric.name === 'TaskDuration')?.value ?? Number.NaN
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}
