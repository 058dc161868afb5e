import { describe, expect, it } from 'vitest'
import {
  forgetQuery,
  keptQueries,
  rememberQuery,
  saveQuery,
} from '../../../../src/renderer/features/query-tab/saved-queries.ts'

class Texts extends Map<string, string> {
  readonly length = 0
  getItem = (name: string) => this.get(name) ?? null
  setItem = (name: string, text: string) => void this.set(name, text)
  removeItem = (name: string) => void this.delete(name)
  key = () => null
}

describe('stored queries', () => {
  it('G46 are saved by name, per stack, and deleted by name', () => {
    const storage = new Texts()
    saveQuery(storage, 'a', { name: 'two', text: '2' })
    saveQuery(storage, 'a', { name: 'one', text: '1' })
    saveQuery(storage, 'a', { name: 'two', text: '3' })
    expect(keptQueries(storage, 'a').saved).toEqual([
      { name: 'one', text: '1' },
      { name: 'two', text: '3' },
    ])
    expect(keptQueries(storage, 'b')).toEqual({ saved: [], recent: [] })
    forgetQuery(storage, 'a', 'one')
    expect(keptQueries(storage, 'a').saved).toHaveLength(1)
  })

  it('G46 are remembered when they are run, most recent first, twenty at most', () => {
    const storage = new Texts()
    for (let index = 0; index < 30; index++) rememberQuery(storage, 'a', `query ${index}`)
    rememberQuery(storage, 'a', 'query 20')
    const { recent } = keptQueries(storage, 'a')
    expect(recent).toHaveLength(20)
    expect(recent.slice(0, 2)).toEqual(['query 20', 'query 29'])
  })

  it('G46 an invalid text is ignored', () => {
    const storage = new Texts([['strata.queries.a', '{']])
    expect(keptQueries(storage, 'a')).toEqual({ saved: [], recent: [] })
    storage.setItem('strata.queries.a', '{"saved":[{"name":1}],"recent":[2]}')
    expect(keptQueries(storage, 'a')).toEqual({ saved: [], recent: [] })
  })
})
