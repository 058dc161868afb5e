import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareVersions,
  type DocumentEvent,
  type DocumentState,
  hasSomethingToPut,
  LOADING,
  NEW_VALUE,
  reduce,
} from '../../../../../src/renderer/features/key-tab/model/document.ts'
import type { Version } from '../../../../../src/renderer/features/key-tab/model/value-calls.ts'

const stat = (etag: string) => ({ size: 1, etag })
const version = (etag: string): Version => ({
  bytes: Uint8Array.of(1),
  stored: Uint8Array.of(1),
  isWhole: true,
  stat: stat(etag),
  decoding: { pipeline: ['bytes'], sizes: [] },
})
const failure = (code: 'IO' | 'NOT_FOUND') => ({ code, message: 'no' })

function after(...events: DocumentEvent[]): DocumentState {
  return events.reduce(reduce, LOADING)
}

const clean = after({ type: 'loaded', base: version('a') })
const dirty = reduce(clean, { type: 'edited', isDirty: true, replacement: undefined })

describe('judge', () => {
  it('reloads if nothing is lost, and asks if edits would be', () => {
    expect(compareVersions(clean, stat('a'))).toBe('same')
    expect(compareVersions(clean, stat('b'))).toBe('reload')
    expect(compareVersions(clean, undefined)).toBe('reload')
    expect(compareVersions(dirty, stat('a'))).toBe('same')
    expect(compareVersions(dirty, stat('b'))).toBe('conflict')
    expect(compareVersions(dirty, undefined)).toBe('conflict')
  })

  it('treats a value that was never put as edits', () => {
    const fresh = after({ type: 'loaded', base: NEW_VALUE })
    expect(hasSomethingToPut(fresh)).toBe(true)
    expect(compareVersions(fresh, undefined)).toBe('same')
    expect(compareVersions(fresh, stat('b'))).toBe('conflict')
  })

  it('opens a value that appears where there was none', () => {
    const missing = after({ type: 'loadFailed', failure: failure('NOT_FOUND') })
    expect(compareVersions(missing, undefined)).toBe('same')
    expect(compareVersions(missing, stat('a'))).toBe('reload')
  })
})

describe('reduce', () => {
  it('distinguishes a missing value from one that could not be read', () => {
    expect(after({ type: 'loadFailed', failure: failure('NOT_FOUND') }).phase).toBe('missing')
    expect(after({ type: 'loadFailed', failure: failure('IO') })).toMatchObject({ phase: 'failed' })
  })

  it('raises, changes and ends a conflict by the observed versions', () => {
    const changed = reduce(dirty, { type: 'seen', theirs: stat('b') })
    expect(changed).toMatchObject({ conflict: { type: 'changed', theirs: { etag: 'b' } }, isDirty: true })
    expect(reduce(changed, { type: 'seen', theirs: undefined })).toMatchObject({
      conflict: { type: 'deleted' },
    })
    expect(reduce(changed, { type: 'seen', theirs: stat('a') })).toMatchObject({ conflict: undefined })
  })

  it('overwrites only the version that was accepted', () => {
    const conflicting = reduce(dirty, { type: 'seen', theirs: stat('b') })
    const accepted = reduce(conflicting, { type: 'accepted', theirs: stat('b') })
    expect(accepted).toMatchObject({ base: { stat: { etag: 'b' } }, isDirty: true })
    const gone = reduce(conflicting, { type: 'accepted', theirs: undefined })
    expect(gone).toMatchObject({ base: { stat: undefined }, isDirty: true })
  })

  it('shows a resolved conflict until its put has ended', () => {
    for (const theirs of [stat('b'), undefined]) {
      const conflicting = reduce(dirty, { type: 'seen', theirs })
      const putting = reduce(reduce(conflicting, { type: 'accepted', theirs }), { type: 'putting' })
      expect(putting).toMatchObject({ conflict: { type: theirs === undefined ? 'deleted' : 'changed' } })
      const put = reduce(putting, { type: 'put', base: version('c'), isDirty: false })
      expect(put).toMatchObject({ conflict: undefined })
      const failed = reduce(putting, { type: 'failed', failure: failure('IO') })
      expect(failed).toMatchObject({ conflict: undefined, failure: { code: 'IO' } })
    }
    const undecided = reduce(reduce(dirty, { type: 'seen', theirs: stat('b') }), {
      type: 'failed',
      failure: failure('IO'),
    })
    expect(undecided).toMatchObject({ conflict: { type: 'changed' } })
  })

  it('keeps edits through a put that fails', () => {
    const failed = reduce(reduce(dirty, { type: 'putting' }), { type: 'failed', failure: failure('IO') })
    expect(failed).toMatchObject({ isDirty: true, isPutting: false, failure: { code: 'IO' } })
    expect(reduce(failed, { type: 'putting' })).toMatchObject({ failure: undefined, isPutting: true })
  })

  it('stays edited if the user typed during the put', () => {
    const put = reduce(reduce(dirty, { type: 'putting' }), { type: 'put', base: version('c'), isDirty: true })
    expect(put).toMatchObject({ isDirty: true, isPutting: false, base: { stat: { etag: 'c' } } })
  })

  it('loses edits only to a load or a put', () => {
    const events: fc.Arbitrary<DocumentEvent> = fc.constantFrom<DocumentEvent>(
      { type: 'putting' },
      { type: 'failed', failure: failure('IO') },
      { type: 'dismissed' },
      { type: 'seen', theirs: stat('b') },
      { type: 'seen', theirs: undefined },
      { type: 'accepted', theirs: stat('b') },
    )
    fc.assert(
      fc.property(fc.array(events), list => {
        expect(list.reduce(reduce, dirty)).toMatchObject({ phase: 'open', isDirty: true })
      }),
    )
  })
})
