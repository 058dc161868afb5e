import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { chromiumArguments, findHeadlessChromium } from '../../../scripts/find-chromium.mjs'
import { servePage } from '../../renderer/features/tree/harness/serve-page.ts'
import type { Benchmark, Result } from '../result.ts'
import { type Measured, measureTree } from './measure.ts'
import type { Shape } from './page/contender.ts'

const PEER = 'react-arborist'

/** The figures to compare, with their maximum if there is a budget. */
const FIGURES: readonly {
  readonly figure: keyof Measured
  readonly name: string
  readonly unit: string
  readonly budget?: number
}[] = [
  { figure: 'firstRows', name: 'first rows', unit: 'ms', budget: 150 },
  { figure: 'allRows', name: 'all branches open', unit: 'ms' },
  { figure: 'close', name: 'close a branch', unit: 'ms' },
  { figure: 'open', name: 'open a branch', unit: 'ms', budget: 30 },
  { figure: 'next', name: 'select the next row', unit: 'ms' },
  // One frame at 60 Hz; frame times vary by some tenths either way.
  { figure: 'frame', name: 'scroll, 95th percentile of frames', unit: 'ms', budget: 17 },
  { figure: 'work', name: 'scroll, work in a frame', unit: 'ms' },
  { figure: 'heap', name: 'page heap', unit: 'MB', budget: 60 },
]

const SHAPES: readonly Shape[] = [
  { folders: 10, each: 10_000 },
  { folders: 10, each: 100_000 },
  { folders: 1000, each: 1000 },
]

export const treeBenchmark: Benchmark = { name: 'tree', run: runTreeBenchmark }

/** The key tree and react-arborist, in Chromium, on the same names, every branch expanded. */
export async function runTreeBenchmark(): Promise<readonly Result[]> {
  const executablePath = findHeadlessChromium()
  if (executablePath === undefined) {
    console.log('tree: not measured, there is no Chromium on this machine')
    return []
  }
  const page = await servePage(join(import.meta.dirname, 'page'))
  const browser = await chromium.launch({ executablePath, args: chromiumArguments() })
  try {
    const results: Result[] = []
    for (const shape of SHAPES) {
      const ours = await measureTree(browser, page.url, 'ours', shape)
      const peer = await measureTree(browser, page.url, 'arborist', shape)
      results.push(...compare(shape, ours, peer))
    }
    return results
  } finally {
    await browser.close()
    await page.close()
  }
}

function compare({ folders, each }: Shape, ours: Measured, peer: Measured): Result[] {
  const keys = `${folders} × ${each.toLocaleString('en')} keys`
  return FIGURES.map(({ figure, name, unit, budget }) => {
    const ratio = peer[figure] / ours[figure]
    // A budget is met if the ratio is at least that of a tree that exactly meets it.
    const bar = budget === undefined ? undefined : peer[figure] / budget
    return {
      name: `tree of ${keys}: ${name}${budget === undefined ? '' : ` (at most ${budget} ${unit})`}`,
      unit,
      ours: ours[figure],
      peer: PEER,
      peerValue: peer[figure],
      ratio,
      ...(bar !== undefined && { bar }),
      ok: bar === undefined || ratio >= bar,
    }
  })
}
