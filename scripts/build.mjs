import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Its modification time is the time of the last build of `out/`. */
const STAMP = join(root, 'out', '.built')

const INPUTS = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json', 'src']

/** Builds main process, preload and page into `out/`. */
export async function build() {
  await forgetBuild()
  // What is changed while building counts as changed after it.
  const started = new Date()
  const code = await runElectronVite(['build', '--logLevel', 'warn'])
  if (code !== 0) process.exit(code)
  await writeFile(STAMP, '')
  await utimes(STAMP, started, started)
}

/** Builds unless nothing was changed since the last build. */
export async function buildIfStale() {
  const built = await modifiedAt(STAMP)
  if (built === undefined || (await newestInput()) >= built) await build()
}

/** Makes the next start build, whatever the times say: `out/` is about to hold something else. */
export async function forgetBuild() {
  await rm(STAMP, { force: true })
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} Its exit code.
 */
export async function runElectronVite(args) {
  const packageFile = createRequire(import.meta.url).resolve('electron-vite/package.json')
  const program = join(dirname(packageFile), 'bin', 'electron-vite.js')
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' })
  const [code] = await once(child, 'close')
  return code ?? 1
}

/** Folders count too: a file that was removed shows there. */
async function newestInput() {
  const sources = await readdir(join(root, 'src'), { recursive: true })
  const paths = [...INPUTS, ...sources.map(path => join('src', path))]
  const times = await Promise.all(paths.map(path => modifiedAt(join(root, path))))
  return Math.max(...times.map(time => time ?? 0))
}

/**
 * @param {string} path
 * @returns {Promise<number | undefined>} Milliseconds; `undefined` where there is nothing.
 */
async function modifiedAt(path) {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

if (process.argv[1] === import.meta.filename) await build()
