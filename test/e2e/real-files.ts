import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { REPOSITORY } from './strata.ts'

const PACKAGES = ['@msgpack/msgpack', 'datastore-core', 'fast-check', 'react', 'zustand', 'zod/v4']

/** Fills a folder with several hundred real files: those of packages that are installed here. */
export async function copyPackages(folder: string): Promise<void> {
  for (const name of PACKAGES) {
    const from = join(REPOSITORY, 'node_modules', name)
    await cp(from, join(folder, name), { recursive: true, preserveTimestamps: true })
  }
}
