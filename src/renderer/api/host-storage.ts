import { fnv1a64 } from '../../core/hash/fnv1a64.ts'
import type { Source } from '../../shared/procedures/sessions.ts'
import { CallError, type Client } from './client.ts'

/** Texts that outlive the page, with the interface of the browser's `Storage`. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/**
 * Texts that the page keeps in the host between runs. Reads come from a copy in the page. Writes go to the host at
 * once; those that were lost with a connection or with the page are sent again later.
 */
export interface HostStorage extends TextStorage {
  /** Loads everything again, then sends the writes that the host did not get. */
  load(): Promise<void>
}

const UNSENT = 'strata.unsent.'

/** Milliseconds after which unsent writes of an earlier page are dropped. */
const UNSENT_TIME = 24 * 60 * 60 * 1000

/** @param local Holds writes on their way to the host, in case the page ends before they arrive. */
export function createHostStorage(client: Client, local: TextStorage): HostStorage {
  let items = new Map<string, string>()
  const unsent = new Set<string>()

  async function send(name: string): Promise<void> {
    const text = items.get(name)
    unsent.add(name)
    holdUnsent(local, name, text)
    try {
      await client.call('storage.set', { name, ...(text !== undefined && { text }) })
    } catch (error) {
      if (error instanceof CallError && error.code === 'CONNECTION') return
      console.error(error)
    }
    if (items.get(name) !== text) return
    unsent.delete(name)
    local.removeItem(UNSENT + name)
  }

  client.on('storageChanged', ({ name, text }) => {
    // A write from here that is on its way is later than that of another page.
    if (unsent.has(name)) return
    setOrDelete(items, name, text)
  })

  return {
    get length() {
      return items.size
    },
    key: index => [...items.keys()][index] ?? null,
    getItem: name => items.get(name) ?? null,
    setItem(name, text) {
      if (items.get(name) === text) return
      items.set(name, text)
      void send(name)
    },
    removeItem(name) {
      if (items.delete(name)) void send(name)
    },
    async load() {
      const loaded = await client.call('storage.load', {})
      const next = new Map(loaded.items.map(({ name, text }) => [name, text]))
      for (const [name, text] of heldUnsent(local)) {
        if (!unsent.has(name)) setOrDelete(items, name, text)
        unsent.add(name)
      }
      for (const name of unsent) setOrDelete(next, name, items.get(name))
      items = next
      await Promise.all([...unsent].map(send))
    },
  }
}

function setOrDelete(items: Map<string, string>, name: string, text: string | undefined): void {
  if (text === undefined) items.delete(name)
  else items.set(name, text)
}

function holdUnsent(local: TextStorage, name: string, text: string | undefined): void {
  try {
    local.setItem(UNSENT + name, JSON.stringify({ at: Date.now(), text }))
  } catch (error) {
    // The browser's storage is full, so the host's copy is the only one.
    if (!(error instanceof DOMException)) throw error
  }
}

/** The unsent writes of an earlier page at this address. */
function heldUnsent(local: TextStorage): (readonly [name: string, text: string | undefined])[] {
  const names = Array.from({ length: local.length }, (_, index) => local.key(index) ?? '')
  return names
    .filter(name => name.startsWith(UNSENT))
    .flatMap(name => {
      const { at, text } = JSON.parse(local.getItem(name) ?? '{}') as { at?: unknown; text?: string }
      if (typeof at === 'number' && Date.now() - at < UNSENT_TIME)
        return [[name.slice(UNSENT.length), text] as const]
      local.removeItem(name)
      return []
    })
}

/** A name for a source that is the same whenever the same stack is opened. */
export function sourceName(source: Source): string {
  switch (source.type) {
    case 'folder':
      return `folder:${source.path}`
    case 'stackFile':
      return `stack:${source.path}`
    case 'sample':
      return 'sample'
    case 'document':
      return source.path === undefined ? documentName(source.document) : `stack:${source.path}`
  }
}

/** Short, regardless of the size of the document. */
function documentName(document: unknown): string {
  return `document:${fnv1a64(JSON.stringify(document)).toString(16)}`
}
