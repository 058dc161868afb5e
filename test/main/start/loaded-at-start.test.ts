import { join } from 'node:path'
import { expect, it } from 'vitest'
import { clients } from '../../../scripts/clients.mjs'
import { modulesLoadedBy } from '../../loaded-modules.ts'

const MAIN = join(import.meta.dirname, '../../../src/main')

it.each([
  ['npm start', 'start.ts'],
  ['npm run serve', 'serve.ts'],
  ['Electron', 'index.ts'],
])('E7 the program of %s loads the kinds of all engines and no client', (_, entry) => {
  const loaded = modulesLoadedBy(join(MAIN, entry))
  expect([...loaded].filter(path => clients.includes(path))).toEqual([])
  // The whole program is checked.
  expect([...loaded].some(path => path.endsWith('core/node/kinds/redis.ts'))).toBe(true)
})
