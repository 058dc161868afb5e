import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { workerFiles } from '../../../../../scripts/worker-files.mjs'

export interface Bundle {
  /** A file that Node can run. */
  readonly file: string
  remove(): Promise<void>
}

const CLIENTS = ['@photostructure/sqlite', '@redis/client', 'classic-level', 'lmdb', 'ssh2']

const packages = join(import.meta.dirname, '../../../../../.cache')

/**
 * Bundles a TypeScript program into one JavaScript file, for a separate process.
 * @param external Packages that are not bundled, such as native ones.
 */
export async function bundle(entry: string, external: string[] = []): Promise<Bundle> {
  // Packages are resolved only from inside the repository.
  const parent = external.length === 0 ? tmpdir() : packages
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'strata-bundle-'))
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [workerFiles()],
    // Clients of engines are loaded when a store is opened. Some have native parts.
    ssr: { noExternal: true, external: [...CLIENTS, ...external] },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  })
  return { file: join(folder, 'program.mjs'), remove: () => rm(folder, { recursive: true, force: true }) }
}
