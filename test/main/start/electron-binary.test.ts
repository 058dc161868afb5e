import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { electronPackage, fetchElectron, findElectron } from '../../../src/main/start/electron-binary.ts'

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

it('the package is found without loading it, which would fetch the binary', () => {
  expect(electronPackage()).toMatch(/node_modules[\\/]electron$/)
})

it('the binary is where the package says', async () => {
  expect(await findElectron(directory, {})).toBeUndefined()
  const binary = await installBinary()
  expect(await findElectron(directory, {})).toBe(binary)
})

it('a binary that the package only claims to have is none', async () => {
  await rm(await installBinary())
  expect(await findElectron(directory, {})).toBeUndefined()
})

it('a folder that the person names goes first', async () => {
  await installBinary()
  const own = join(directory, 'own')
  expect(await findElectron(directory, { ELECTRON_OVERRIDE_DIST_PATH: own })).toBeUndefined()
  await mkdir(own)
  await writeFile(join(own, 'electron'), '')
  expect(await findElectron(directory, { ELECTRON_OVERRIDE_DIST_PATH: own })).toBe(join(own, 'electron'))
})

it('fetching runs the package’s own program, and says whether it could', async () => {
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
