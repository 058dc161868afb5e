import { type FakeLevels, flatLevels, folderLevels } from '../fake/fake-levels.ts'
import { FakeStore } from '../fake/fake-store.ts'

/** The data that the harness can show, by the name in its address. */
export interface HarnessData {
  readonly levels: FakeLevels
  /** Present for data that can change. */
  readonly store?: FakeStore
}

/** @param name `flat:COUNT`, `folders:COUNTxCOUNT`, `empty`, or `sample`. */
export function harnessData(name: string): HarnessData {
  const [kind = '', size = ''] = name.split(':')
  if (kind === 'flat') return { levels: flatLevels(Number(size)) }
  if (kind === 'folders') {
    const [folders = 0, each = 0] = size.split('x').map(Number)
    return { levels: folderLevels(folders, each) }
  }
  const store = new FakeStore(kind === 'empty' ? [] : sampleKeys())
  return { levels: store.levels, store }
}

function sampleKeys(): string[] {
  const keys = [
    '/Comedy/Actor:Cleese',
    '/Comedy/Actor:Idle',
    '/Comedy/Actor:Idle/songs/always-look',
    '/Comedy/Actor:Idle/songs/galaxy',
    '/deep/only/child/here/a',
    '/deep/only/child/here/b',
    '/odd/line\nbreak',
    '/odd/\u202egnp.exe',
    '/odd/ spaces ',
    '/odd/tab\there',
    '/odd/مرحبا',
    `/odd/${'long-'.repeat(60)}`,
    '/readme.txt',
    '/zeta',
  ]
  for (let index = 0; index < 40; index++) keys.push(`/logs/2026-03-${String(index + 1).padStart(2, '0')}`)
  return keys
}
