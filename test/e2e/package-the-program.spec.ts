import { execFileSync } from 'node:child_process'
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { build, Platform } from 'electron-builder'
import { clients } from '../../scripts/clients.mjs'
import { expect, REPOSITORY, test } from './strata.ts'

test.skip(process.platform !== 'linux', 'what stands in for Electron is a folder as Linux has it')

/**
 * Packs the program as `npm run package` does, but into a folder, and around an empty file in place of
 * Electron.
 * @returns The folder of the files that are installed beside Electron.
 */
async function pack(folder: string, asar: boolean): Promise<string> {
  const electronDist = join(folder, 'electron')
  await mkdir(join(electronDist, 'resources'), { recursive: true })
  await writeFile(join(electronDist, 'electron'), '')
  await chmod(join(electronDist, 'electron'), 0o755)
  const output = join(folder, asar ? 'packed' : 'plain')
  await build({
    projectDir: REPOSITORY,
    targets: Platform.LINUX.createTarget('dir'),
    publish: 'never',
    // An empty file has no fuses.
    config: { electronDist, electronFuses: null, asar, directories: { output } },
  })
  return join(output, 'linux-unpacked', 'resources')
}

/** The packages that the program's own files import. */
async function packagesNamed(program: string): Promise<ReadonlySet<string>> {
  const files = (await readdir(program, { recursive: true })).filter(name => name.endsWith('.js'))
  const texts = await Promise.all(files.map(file => readFile(join(program, file), 'utf8')))
  const names = texts.flatMap(text =>
    [...text.matchAll(/^(?:import|export)\b.*\bfrom "([^".][^"]*)"|\bimport\("([^".][^"]*)"\)/gm)].map(
      ([, stated, loaded]) => stated ?? loaded ?? '',
    ),
  )
  return new Set(names.filter(name => !isBuiltin(name) && name !== 'electron'))
}

test('L6 an installer carries all packages that the program loads, and they load', async ({ folder }) => {
  // Outside the repository, where Node would find missing packages.
  const app = join(folder, 'app')
  await cp(join(await pack(folder, false), 'app'), app, { recursive: true })
  const program = join(app, 'out', 'main')
  const named = await packagesNamed(program)
  expect([...named]).toEqual(expect.arrayContaining([...clients, 'zod']))
  const load = `for (const name of ${JSON.stringify([...named])}) await import(name)`
  execFileSync(process.execPath, ['--input-type=module', '--eval', load], { cwd: program })
})

test('L6 in an installer native modules are separate files', async ({ folder }) => {
  const unpacked = await readdir(join(await pack(folder, true), 'app.asar.unpacked'), { recursive: true })
  const native = unpacked.filter(name => name.endsWith('.node'))
  for (const name of ['classic-level', '@lmdb', '@photostructure/sqlite'])
    expect(native.filter(path => path.startsWith(`node_modules/${name}/`)).length, name).toBeGreaterThan(0)
  // Those of other systems are left out.
  expect(native.filter(path => !path.includes('linux'))).toEqual([])
})
