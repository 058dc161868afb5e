// Installers: `npm run package`. Needs Electron's release server.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Configuration } from 'electron-builder'
import { clients } from './scripts/clients.mjs'

const root = import.meta.dirname

/** What clients name as dependencies and need in no program: headers to compile with, and speed for one processor. */
const NEEDLESS = ['cpu-features', 'nan', 'napi-macros', 'node-addon-api']

/**
 * The folders of packages and of all that they depend on. electron-builder packs the dependencies of the library by
 * itself; clients are none, since programs that use the library install those that they need.
 */
function foldersOf(names: readonly string[], from: string, found = new Set<string>()): ReadonlySet<string> {
  for (const name of names) {
    const folder = installed(name, from)
    // One for another system is not installed here.
    if (folder === undefined || NEEDLESS.includes(name) || found.has(folder)) continue
    found.add(folder)
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as { dependencies?: object; optionalDependencies?: object }
    foldersOf(Object.keys({ ...dependencies, ...optionalDependencies }), folder, found)
  }
  return found
}

/** Where Node finds a package that one in a folder asks for. */
function installed(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === root) return undefined
  }
}

/** What a package is tested and documented with stays behind. */
const RUNNING = [
  '**/*',
  '!**/node_modules/**',
  '!{test,tests,lib/protocol/crypto/build,lib/protocol/crypto/src}/**',
  '!**/*.{ts,cts,mts,map,c,cc,cpp,h,gyp,md}',
  '!prebuilds/**',
  'prebuilds/${platform}-${arch}/**',
  'prebuilds/${platform}-x64+arm64/**',
]

/** Native parts come prebuilt for each system: their sources and what was built on this machine stay behind. */
const COMPILED = ['!{deps,dependencies,src,scripts,build}/**']

/** Other packages may run what is in a folder of such a name. */
function filterFor(folder: string): readonly string[] {
  return existsSync(join(root, folder, 'binding.gyp')) ? [...RUNNING, ...COMPILED] : RUNNING
}

const clientFiles = [...foldersOf(clients, root)]
  .map(folder => relative(root, folder).replaceAll('\\', '/'))
  .map(folder => ({ from: folder, to: folder, filter: [...filterFor(folder)] }))

const configuration: Configuration = {
  appId: 'org.strata.app',
  productName: 'Strata',
  copyright: 'MIT licence',
  directories: { output: 'release' },
  files: ['out/**', '!out/**/*.map', 'package.json', 'LICENSE', ...clientFiles],
  asar: true,
  // The system loads native parts from files of their own.
  asarUnpack: ['**/*.node'],
  npmRebuild: false,
  publish: null,

  // What an installed Strata can still be made to do is decided when it is packaged, once and for all.
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },

  linux: {
    category: 'Development',
    executableName: 'strata',
    maintainer: 'The Strata contributors',
    target: ['AppImage', 'deb'],
  },
  mac: { category: 'public.app-category.developer-tools', hardenedRuntime: true, target: ['dmg'] },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
}

export default configuration
