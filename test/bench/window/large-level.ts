import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from '@photostructure/sqlite'
import { type Browser, chromium, type Page } from '@playwright/test'
import { ClassicLevel } from 'classic-level'
import { open as openLmdb } from 'lmdb'
import { chromiumArguments, findHeadlessChromium } from '../../../scripts/find-chromium.mjs'
import { type Benchmark, type Result, underBudget } from '../result.ts'
import { median } from '../side-by-side.ts'

const PROGRAM = join(import.meta.dirname, '../../../out/main/serve.js')
/** Children of the level that is opened, and keys below each of them: ten million keys. */
const [CHILDREN, BELOW] = [100_000, 100]
const ROUNDS = 3
/** Milliseconds: the first rows, the exact number of all of them, and a jump by key to rows that were not read yet. */
const [FIRST, EXACT, JUMP] = [150, 10_000, 300]

export const largeLevelBenchmark: Benchmark = { name: 'large-level', run: runLargeLevelBenchmark }

/** Fills a store of each engine as another program does, with keys in order. */
const engines: Readonly<Record<string, (path: string) => Promise<void>>> = {
  async leveldb(path) {
    const level = new ClassicLevel<string, string>(path)
    await level.open()
    for (const names of batches()) {
      await level.batch(names.map(key => ({ type: 'put' as const, key, value: key })))
    }
    await level.close()
  },
  async lmdb(path) {
    const root = openLmdb<Buffer, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'binary',
      noSync: true,
    })
    for (const names of batches()) {
      root.transactionSync(() => {
        for (const name of names) void root.put(Buffer.from(name), Buffer.from(name))
      })
    }
    await root.close()
  },
  sqlite(path) {
    const database = new DatabaseSync(path)
    database.exec(
      'PRAGMA synchronous = OFF; CREATE TABLE kv (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID',
    )
    const insert = database.prepare('INSERT INTO kv VALUES (?, ?)')
    for (const names of batches()) {
      database.exec('BEGIN')
      for (const name of names) insert.run(name, name)
      database.exec('COMMIT')
    }
    database.close()
    return Promise.resolve()
  },
}

/** Names as other programs write them: `/user/000123/f07`. */
function* batches(): Iterable<string[]> {
  for (let child = 0; child < CHILDREN; child += BELOW) {
    const names: string[] = []
    for (let user = child; user < child + BELOW; user++) {
      for (let field = 0; field < BELOW; field++) {
        names.push(`/user/${String(user).padStart(6, '0')}/f${String(field).padStart(2, '0')}`)
      }
    }
    yield names
  }
}

/** A level of 10⁵ children in a store of 10⁷ keys, opened in the window of the built program. */
async function runLargeLevelBenchmark(): Promise<readonly Result[]> {
  const executablePath = findHeadlessChromium()
  if (executablePath === undefined) {
    console.log('large-level: not measured, there is no Chromium on this machine')
    return []
  }
  const browser = await chromium.launch({ executablePath, args: chromiumArguments() })
  const results: Result[] = []
  try {
    for (const [kind, fill] of Object.entries(engines)) {
      const folder = await mkdtemp(join(tmpdir(), `strata-bench-${kind}-`))
      try {
        const path = join(folder, 'store')
        await fill(path)
        const rounds: Measured[] = []
        for (let round = 0; round < ROUNDS; round++) rounds.push(await openOnce(browser, { kind, path }))
        const of = (what: keyof Measured) => median(rounds.map(round => round[what]))
        results.push(
          underBudget(`${kind}: first rows of 10⁵ children among 10⁷ keys`, 'ms', of('first'), FIRST),
          underBudget(`${kind}: exact number of the 10⁵ children`, 'ms', of('exact'), EXACT),
          underBudget(`${kind}: jump by key to the middle of the level`, 'ms', of('middle'), JUMP),
          underBudget(`${kind}: jump by key to its end`, 'ms', of('end'), JUMP),
        )
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    }
    return results
  } finally {
    await browser.close()
  }
}

interface Measured {
  readonly first: number
  readonly exact: number
  readonly middle: number
  readonly end: number
}

async function openOnce(browser: Browser, store: Store): Promise<Measured> {
  const level = await inWindow(browser, store, page =>
    page.evaluate(timesOfLevel, CHILDREN.toLocaleString('en-US')),
  )
  const middle = await inWindow(browser, store, page => jump(page, CHILDREN / 2))
  const end = await inWindow(browser, store, page => jump(page, CHILDREN - 1))
  return { ...level, middle, end }
}

/** Opens a child by its key, from Enter in "Go to key" to the frame that shows its row. */
async function jump(page: Page, child: number): Promise<number> {
  const name = String(child).padStart(6, '0')
  await page.keyboard.press('Control+p')
  const field = page.getByRole('combobox', { name: 'Key' })
  await field.fill(`/user/${name}/f50`)
  await page.getByRole('option', { name: 'f50' }).first().waitFor()
  const shown = page.evaluate(timeToRow, name)
  await field.press('Enter')
  return shown
}

/** Runs in the page: from Enter to the frame that shows a row with this name. */
async function timeToRow(name: string): Promise<number> {
  const start = await new Promise<number>(resolve =>
    addEventListener('keydown', () => resolve(performance.now()), { capture: true, once: true }),
  )
  const isShown = () =>
    [...document.querySelectorAll('[role="treeitem"][aria-level="2"]')].some(row =>
      row.textContent.includes(name),
    )
  while (!isShown() && performance.now() - start < 120_000) {
    await new Promise(resolve => requestAnimationFrame(resolve))
  }
  return performance.now() - start
}

/** A program and a window of their own, so that nothing is cached from another level. */
async function inWindow<T>(
  browser: Browser,
  { kind, path }: Store,
  measure: (page: Page) => Promise<T>,
): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), 'strata-bench-data-'))
  const program = spawn(process.execPath, [PROGRAM, `${kind}:${path}`, '--port', '0', '--no-open'], {
    env: { ...process.env, STRATA_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const page = await browser.newPage()
  try {
    await page.goto(await addressOf(program))
    await page.getByRole('treeitem', { name: 'user' }).waitFor()
    await page.keyboard.press('Control+Shift+e')
    await page.keyboard.press('Home')
    // The state before opening a branch: the window, idle.
    await page.waitForLoadState('networkidle')
    return await measure(page)
  } finally {
    await page.close()
    const ended = once(program, 'exit')
    program.kill('SIGTERM')
    await ended
    await rm(data, { recursive: true, force: true })
  }
}

interface Store {
  readonly kind: string
  readonly path: string
}

async function addressOf({ stdout }: Pick<ChildProcess, 'stdout'>): Promise<string> {
  for await (const line of createInterface({ input: stdout as NodeJS.ReadableStream })) {
    const address = /^Strata is at (\S+)$/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('The program ended')
}

/**
 * Runs in the page: from the key press that opens the branch to the frames that show its first rows, and
 * their number.
 */
async function timesOfLevel(count: string): Promise<Pick<Measured, 'first' | 'exact'>> {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
  const rowsAt = (level: number) => document.querySelectorAll(`[role="treeitem"][aria-level="${level}"]`)
  await frame()
  const start = performance.now()
  // Times above two minutes count as two minutes.
  const until = async (isShown: () => boolean) => {
    while (!isShown() && performance.now() - start < 120_000) await frame()
    return performance.now() - start
  }
  document
    .querySelector('[role="tree"]')
    ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }))
  const first = await until(() => rowsAt(2).length > 10)
  const exact = await until(() => {
    const text = rowsAt(1)[0]?.textContent ?? ''
    return text.includes(count) && !text.includes('≥')
  })
  return { first, exact }
}
