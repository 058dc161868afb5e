import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const ENGINES = join(import.meta.dirname, '../src/core/node/engines')

/** The engines that have an entry of their own in the package, `strata/engines/<name>`, each of which is a kind. */
export const engineNames: readonly string[] = readdirSync(ENGINES)
  .filter(name => existsSync(join(ENGINES, name, 'index.ts')))
  .sort()
