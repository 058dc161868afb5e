import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  electronArguments,
  electronPackage,
  fetchElectron,
  findElectron,
  runElectron,
} from '../../../src/main/start/electron-binary.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'strata-binary-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function installBinary(): Promise<string> {
  await mkdir(join(directory, 'dist'))
  await writeFile(join(directory, 'path.txt'), 'electron')
  await writeFile(join(directory, 'dist', 'electron'), '')
  return join(directory, 'dist', 'electron')
}

it('finds the package without loading it, which would download the binary', () => {
  expect(electronPackage()).toMatch(/node_modules[\\/]electron$/)
})

it('finds the binary where the package says', async () => {
  expect(await findElectron(directory, {})).toBeUndefined()
  const binary = await installBinary()
  expect(await findElectron(directory, {})).toBe(binary)
})

it('ignores a binary that the package names but that does not exist', async () => {
  await rm(await installBinary())
  expect(await findElectron(directory, {})).toBeUndefined()
})

it('prefers a folder that the user names', async () => {
  await installBinary()
  const own = join(directory, 'own')
  expect(await findElectron(directory, { ELECTRON_OVERRIDE_DIST_PATH: own })).toBeUndefined()
  await mkdir(own)
  await writeFile(join(own, 'electron'), '')
  expect(await findElectron(directory, { ELECTRON_OVERRIDE_DIST_PATH: own })).toBe(join(own, 'electron'))
})

it('fetching runs the package’s own program, and reports whether it succeeded', async () => {
  const program = join(directory, 'install.js')
  await writeFile(program, "require('node:fs').writeFileSync(__dirname + '/fetched', '')")
  expect(await fetchElectron(directory)).toBe(true)
  await rm(join(directory, 'fetched'))
  await writeFile(program, 'process.exit(1)')
  expect(await fetchElectron(directory)).toBe(false)
})

it('fetching from a server that never answers ends', async () => {
  await writeFile(join(directory, 'install.js'), 'setInterval(() => {}, 1000)')
  expect(await fetchElectron(directory, 200)).toBe(false)
})

it('no opened path can be interpreted as a switch of Chromium', () => {
  expect(electronArguments('/strata', { paths: ['/--no-sandbox'], stacks: ['/a.json'] })).toEqual([
    '/strata',
    '--',
    '--stack=/a.json',
    '/--no-sandbox',
  ])
})

it('Electron runs as itself, and its exit code becomes ours', async () => {
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
