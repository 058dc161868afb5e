import { arborist } from './arborist.tsx'
import type { Shape } from './contender.ts'
import { ours } from './ours.tsx'
import { recordFrames, timeToPaint } from './timing.ts'

const parameters = new URLSearchParams(location.search)
const shape: Shape = { folders: Number(parameters.get('folders')), each: Number(parameters.get('each')) }
const contender = parameters.get('tree') === 'ours' ? ours(shape) : arborist(shape)
const root = document.getElementById('root') ?? document.body

function isFirstOpen(): boolean {
  return document.querySelector('[role="treeitem"][aria-level="1"]')?.getAttribute('aria-expanded') === 'true'
}

function nothing(): void {
  // The work to measure has already started.
}

function selectedRow(): string | null | undefined {
  return document.querySelector('[role="treeitem"][aria-selected="true"]')?.textContent
}

/** The steps of the benchmark in the page. All times are milliseconds. */
const bench = {
  firstRows: () =>
    timeToPaint(
      () => contender.draw(root),
      () => document.querySelectorAll('[role="treeitem"][aria-level="2"]').length >= 20,
    ),
  allRows: () => timeToPaint(nothing, () => contender.isWhole()),
  close: () =>
    timeToPaint(
      () => contender.close(),
      () => !isFirstOpen(),
    ),
  open: () => timeToPaint(() => contender.open(), isFirstOpen),
  next: () => {
    const before = selectedRow()
    return timeToPaint(
      () => contender.next(),
      () => selectedRow() !== before,
    )
  },
  frames: undefined as (() => number[]) | undefined,
  startFrames() {
    bench.frames = recordFrames()
  },
  stopFrames: () => bench.frames?.() ?? [],
}
export type BenchPage = typeof bench
Object.assign(window, { bench })
