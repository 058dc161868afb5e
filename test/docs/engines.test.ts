import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeKinds } from '../../src/core/node/stack.ts'
import { engineNames } from '../engine-names.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const kinds = describeKinds().map(({ kind }) => kind)

/** The names in the first cells of a table whose first column has this heading. */
function firstCells(document: string, head: string): string[] {
  const lines = readFileSync(join(REPOSITORY, document), 'utf8').split('\n')
  const start = lines.findIndex(line => line.startsWith(`| ${head} |`))
  const rows = start < 0 ? [] : lines.slice(start + 2)
  const end = rows.findIndex(line => !line.startsWith('|'))
  return rows.slice(0, end).flatMap(row => namesIn(row.split('|')[1] ?? ''))
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '')
}

/**
 * The names in the sentence of a document that starts with the given words, up to the line that ends with a
 * full stop.
 */
function namesAfter(document: string, begin: string): string[] {
  const text = readFileSync(join(REPOSITORY, document), 'utf8')
  const start = text.indexOf(begin)
  const end = text.indexOf(', once you', start)
  return start < 0 ? [] : namesIn(text.slice(start + begin.length, end))
}

describe('the engines in the documents', () => {
  it('E110 each engine with an entry of its own is a kind', () => {
    expect(kinds).toEqual(expect.arrayContaining([...engineNames]))
  })

  it('E110 the table of the README has each kind of the registry, and no other', () => {
    expect(firstCells('README.md', 'kind').sort()).toEqual([...kinds].sort())
  })

  it('E110 the README names the entry of each engine', () => {
    const named = namesAfter('README.md', 'To open a database without a stack, import its own entry, ')
    expect(named.map(name => name.replace('strata/engines/', '')).sort()).toEqual(engineNames)
  })

  it('E110 the table of docs/engines.md has each engine', () => {
    expect(firstCells('docs/engines.md', 'kind').sort()).toEqual(engineNames)
  })

  it('E110 the table of entries in docs/library.md has each engine', () => {
    const entries = firstCells('docs/library.md', 'entry').map(name => name.replace('strata/engines/', ''))
    expect(entries.filter(name => engineNames.includes(name)).sort()).toEqual(engineNames)
  })
})
