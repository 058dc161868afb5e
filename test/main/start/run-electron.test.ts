import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { electronArguments, runElectron } from '../../../src/main/start/run-electron.ts'

it('nothing that is opened can be taken for a switch of Chromium', () => {
  expect(electronArguments('/strata', { paths: ['/--no-sandbox'], stacks: ['/a.json'] })).toEqual([
    '/strata',
    '--',
    '--stack=/a.json',
    '/--no-sandbox',
  ])
})

it('Electron runs as itself, and its exit code is ours', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'strata-run-'))
  const seen = join(directory, 'seen')
  const program = join(directory, 'program.cjs')
  await writeFile(
    program,
    `require('node:fs').writeFileSync(${JSON.stringify(seen)}, String(process.env.ELECTRON_RUN_AS_NODE)); process.exit(3)`,
  )
  vi.stubEnv('ELECTRON_RUN_AS_NODE', '1')
  expect(await runElectron(process.execPath, [program])).toBe(3)
  vi.unstubAllEnvs()
  expect(await readFile(seen, 'utf8')).toBe('undefined')
  await rm(directory, { recursive: true })
})
