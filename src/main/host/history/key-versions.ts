import type { JournalDatastore } from '../../../core/adapters/journal/journal.ts'
import type { JournalEntry, RecordedValue } from '../../../core/adapters/journal/journal-entry.ts'
import { sameBytes } from '../../../core/bytes.ts'
import { failure } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { KeyVersion } from '../../../shared/procedures/history.ts'
import { jobNoteOf } from './recorded-entries.ts'

/** The maximum number of versions of one key that are listed. */
export const MAX_VERSIONS = 500

/** The recorded versions of a key, latest first. */
export async function versionsOf(journal: JournalDatastore, key: Key): Promise<KeyVersion[]> {
  const versions: KeyVersion[] = []
  const groups = new Map<number, KeyVersion[]>()
  /** The value that the next later entry about the key replaced. */
  let later: { readonly before: RecordedValue; readonly entry: JournalEntry } | undefined
  const found = (): void => {
    if (later === undefined || later.before === 'absent') return
    const { before, entry } = later
    versions.push(versionOf(`${entry.sequence}-before`, 'found', entry.time, before))
  }
  for await (const entry of journal.entries({ reverse: true })) {
    for (const version of groups.get(entry.sequence) ?? []) {
      const title = jobNoteOf(entry)?.title
      if (title !== undefined) versions[versions.indexOf(version)] = { ...version, job: title }
    }
    const change = entry.changes.find(one => one.key.equals(key))
    if (change === undefined) continue
    // The value that the next entry replaced is the one that this entry wrote, unless others wrote in between.
    if (later !== undefined && !isKnownSame(later.before, change.after)) found()
    const source = entry.action === 'job' ? 'put' : entry.action
    const version = versionOf(`${entry.sequence}-after`, source, entry.time, change.after)
    versions.push(version)
    if (entry.group !== undefined) groups.set(entry.group, [...(groups.get(entry.group) ?? []), version])
    later = { before: change.before, entry }
    if (versions.length >= MAX_VERSIONS) return versions.slice(0, MAX_VERSIONS)
  }
  found()
  return versions
}

/**
 * The bytes of a version.
 * @throws DatastoreError `NOT_FOUND` if the version is no longer recorded or has no bytes.
 */
export async function valueOfVersion(journal: JournalDatastore, key: Key, id: string): Promise<Uint8Array> {
  const [, number, side] = /^(\d{1,15})-(before|after)$/.exec(id) ?? []
  const sequence = Number(number)
  for await (const entry of journal.entries({ after: sequence - 1, limit: 1 })) {
    const change = entry.sequence === sequence && entry.changes.find(one => one.key.equals(key))
    const value = change ? change[side === 'before' ? 'before' : 'after'] : undefined
    if (value instanceof Uint8Array) return value
  }
  throw failure('NOT_FOUND', 'read a version of', key, 'it is no longer recorded')
}

function versionOf(id: string, source: KeyVersion['source'], time: number, value: RecordedValue): KeyVersion {
  return value instanceof Uint8Array
    ? { id, source, time, size: value.length, state: 'recorded' }
    : { id, source, time, state: value }
}

function isKnownSame(one: RecordedValue, other: RecordedValue): boolean {
  return typeof one === 'string' || typeof other === 'string' ? one === other : sameBytes(one, other)
}
