import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildIfStale, root } from './build.mjs'

// `node scripts/run.mjs start …`: runs a program of out/main, built anew where the sources have changed.
const [program] = process.argv.splice(2, 1)
await buildIfStale()
await import(pathToFileURL(join(root, 'out', 'main', `${program}.js`)).href)
