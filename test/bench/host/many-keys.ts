import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { createHost } from '../../../src/main/host/host.ts'
import { type Client, createClient } from '../../../src/renderer/api/client.ts'
import { createMessagePortChannel } from '../../../src/shared/channel.ts'
import type { JobRequest } from '../../../src/shared/procedures/jobs.ts'
import type { ManyAction } from '../../../src/shared/procedures/many.ts'
import { type Benchmark, compareRates, underBudget } from '../result.ts'

const FOLDERS = 100
const PER_FOLDER = 1000
const KEYS = FOLDERS * PER_FOLDER
const BYTES = 1024

/** The time limit in seconds of each action of a user on a branch of 100,000 small files. */
const BUDGETS = { delete: 20, undo: 5, move: 2 } as const
/** The rate of a copy between folders, as a fraction of that of `cp -r`. */
const COPY_BAR = 0.5

/** Actions on a branch of 100,000 files of 1 KB, through the host as the window makes them. */
export const manyKeysBenchmark: Benchmark = {
  name: 'many-keys',
  async run() {
    const base = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    const host = await createHost({ dataDirectory: join(base, 'data'), shell: 'web', appVersion: '0.0.0' })
    try {
      const [one, two] = [join(base, 'one'), join(base, 'two')]
      fill(join(one, 'branch'))
      mkdirSync(two)
      const { id: session } = await host.open({ type: 'folder', path: one })
      const { id: other } = await host.open({ type: 'folder', path: two })
      const { port1, port2 } = new MessageChannel()
      host.connect(createMessagePortChannel(port2))
      const page = createClient(createMessagePortChannel(port1))
      const many = (action: ManyAction): JobRequest => ({ type: 'many', action, conflicts: { all: 'skip' } })
      const selection = { keys: ['/branch'], ranges: [] }

      const cp = secondsOf(() => execFileSync('cp', ['-r', join(one, 'branch'), join(base, 'by-cp')]))
      const copy = await jobSeconds(
        page,
        session,
        many({ type: 'transfer', selection, to: { session: other, prefix: '/' }, isMove: false }),
      )
      const move = await jobSeconds(
        page,
        session,
        many({ type: 'transfer', selection, to: { session, prefix: '/moved' }, isMove: true }),
      )
      const moved = { keys: ['/moved/branch'], ranges: [] }
      const removed = await jobSeconds(page, session, many({ type: 'delete', selection: moved }))
      const begun = performance.now()
      await page.call('history.undo', { session, entry: removed.entry })
      const undone = (performance.now() - begun) / 1000
      port1.close()
      const what = `of ${KEYS.toLocaleString('en-US')} files`
      return [
        underBudget(`delete a branch ${what}`, 's', removed.seconds, BUDGETS.delete),
        underBudget(`undo the delete of a branch ${what}`, 's', undone, BUDGETS.undo),
        underBudget(`move a branch ${what} within its folder`, 's', move.seconds, BUDGETS.move),
        compareRates(
          `copy a branch ${what} between folders`,
          'files/s',
          KEYS / copy.seconds,
          'cp -r',
          KEYS / cp,
          COPY_BAR,
        ),
      ]
    } finally {
      await host.close()
      await rm(base, { recursive: true, force: true })
    }
  },
}

function fill(root: string): void {
  const bytes = Buffer.alloc(BYTES, 'x')
  for (let folder = 0; folder < FOLDERS; folder++) {
    const path = join(root, String(folder))
    mkdirSync(path, { recursive: true })
    for (let index = 0; index < PER_FOLDER; index++) {
      const fd = openSync(join(path, `${index}.txt`), 'w')
      writeSync(fd, bytes)
      closeSync(fd)
    }
  }
}

function secondsOf(work: () => unknown): number {
  const begun = performance.now()
  work()
  return (performance.now() - begun) / 1000
}

/** From the call to the end that is reported to pages. */
async function jobSeconds(
  page: Client,
  session: string,
  request: JobRequest,
): Promise<{ readonly seconds: number; readonly entry: number }> {
  const begun = performance.now()
  let id: string | undefined
  return new Promise((resolve, reject) => {
    const end = page.on('jobChanged', job => {
      if (
        (id !== undefined && job.id !== id) ||
        job.state === 'running' ||
        job.startedAt < Date.now() - (performance.now() - begun) - 5
      )
        return
      end()
      if (job.state === 'done')
        resolve({ seconds: (performance.now() - begun) / 1000, entry: job.result?.undo?.entry ?? 0 })
      else reject(new Error(job.error?.message ?? job.state))
    })
    page.call('jobs.start', { session, request }).then(job => {
      id = job.id
    }, reject)
  })
}
