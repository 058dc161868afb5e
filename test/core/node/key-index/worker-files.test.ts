import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { workerFiles } from '../../../../scripts/worker-files.mjs'

const repository = join(import.meta.dirname, '../../../..')
let outDir: string

beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'strata-bundle-'))
  // The bundle resolves external packages like the program does.
  await symlink(join(repository, 'node_modules'), join(outDir, 'node_modules'), 'junction')
})
afterEach(() => rm(outDir, { recursive: true, force: true }))

it('the worker of a key index is found from a bundle, in whatever file the code is', async () => {
  const entry = join(import.meta.dirname, 'harness/ask-an-index.ts')
  await build({
    root: repository,
    configFile: false,
    logLevel: 'silent',
    plugins: [workerFiles()],
    build: {
      ssr: true,
      outDir,
      target: 'node20',
      rolldownOptions: { input: { index: entry }, output: { chunkFileNames: 'chunks/[name]-[hash].js' } },
    },
  })
  expect(await readdir(join(outDir, 'chunks'))).not.toEqual([])
  const { stdout } = await promisify(execFile)(process.execPath, [join(outDir, 'index.js')], {
    timeout: 30_000,
  })
  expect(stdout).toBe('1 of 2 keys\n')
})
