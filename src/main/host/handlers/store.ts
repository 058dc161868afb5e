import { orAbort } from '../../../core/concurrency/abortable.ts'
import { Key } from '../../../core/key.ts'
import type { levelProcedures } from '../../../shared/procedures/levels.ts'
import type { overviewProcedures } from '../../../shared/procedures/overview.ts'
import type { searchProcedures } from '../../../shared/procedures/search.ts'
import type {
  fileProcedures,
  storeProcedures,
  streamProcedures,
  uploadProcedures,
} from '../../../shared/procedures/store.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'
import { readOpened } from '../residency/opened-read.ts'
import { putOptionsOf, statOfWrite } from '../transfers/write-version.ts'

const DONE = { done: true } as const

export function storeHandlers({ sessions }: HostParts): HandlersOf<typeof storeProcedures> {
  return {
    'store.list': async ({ session, prefix, ...options }, { signal }) => {
      const { store } = sessions.get(session)
      const listing = store.list(Key.parse(prefix), { ...options, signal })
      const { children, cursor, total } = await orAbort(listing, signal, 'list')
      const rows = children.map(({ name, isValue, isBranch, size }) => ({ name, isValue, isBranch, size }))
      return { rows, cursor, total }
    },
    'store.get': ({ session: id, key: text, start, end }, { page, signal }) => {
      const session = sessions.get(id)
      const key = Key.parse(text)
      session.follow(key.parent)
      return orAbort(readOpened(page, session, key, { start, end, signal }), signal, 'get')
    },
    'store.put': async ({ session, key: text, bytes, ...rules }, { signal }) => {
      const { store, history } = sessions.get(session)
      const key = Key.parse(text)
      const options = await putOptionsOf(store, key, rules, signal)
      const result = await store.put(key, bytes, { ...options, signal })
      const entry = history.latestOf(key)
      return { stat: await statOfWrite(store, key, result, bytes.length), entry }
    },
    'store.delete': async ({ session, key, ...rules }, { signal }) => {
      const { store, history } = sessions.get(session)
      await store.delete(Key.parse(key), { ...rules, signal })
      return { ...DONE, entry: history.latestOf(Key.parse(key)) }
    },
    'store.rename': async ({ session, from, to, replace }, { signal }) => {
      const { store, history } = sessions.get(session)
      await store.rename(Key.parse(from), Key.parse(to), { replace, signal })
      return { ...DONE, entry: history.latestOf(Key.parse(from)) }
    },
    'store.has': async ({ session, key }, { signal }) => {
      const found = sessions.get(session).store.has(Key.parse(key), { signal })
      return { exists: await orAbort(found, signal, 'look up') }
    },
    'store.stat': ({ session: id, key: text }, { signal }) => {
      const session = sessions.get(id)
      const key = Key.parse(text)
      session.follow(key.parent)
      return orAbort(session.store.stat(key, { signal }), signal, 'stat')
    },
    'store.stats': ({ session }, { signal }) =>
      orAbort(sessions.get(session).overview.stats(signal), signal, 'count'),
  }
}

export function streamHandlers({ sessions }: HostParts): HandlersOf<typeof streamProcedures> {
  return {
    'streams.open': ({ session, key, start, end }, { page, signal }) =>
      page.streams.open(sessions.get(session), Key.parse(key), { start, end }, signal),
    'streams.next': ({ stream, maxBytes }, { page, signal }) => page.streams.next(stream, signal, maxBytes),
    'streams.close': async ({ stream }, { page }) => {
      await page.streams.close(stream)
      return { done: true }
    },
  }
}

export function uploadHandlers({ sessions }: HostParts): HandlersOf<typeof uploadProcedures> {
  return {
    'uploads.open': async ({ session, key: text, drop, ...rules }, { page, signal }) => {
      const key = Key.parse(text)
      const into = drop === undefined ? undefined : page.drops.get(drop)
      return { upload: await page.uploads.open(sessions.get(session), key, rules, signal, into) }
    },
    'uploads.write': async ({ upload, bytes }, { page, signal }) => {
      await page.uploads.write(upload, bytes, signal)
      return { done: true }
    },
    'uploads.commit': ({ upload }, { page, signal }) => page.uploads.commit(upload, signal),
    'uploads.abort': async ({ upload }, { page }) => {
      await page.uploads.abort(upload)
      return { done: true }
    },
  }
}

export function fileHandlers({ sessions, jobs }: HostParts): HandlersOf<typeof fileProcedures> {
  return {
    'files.open': async ({ session, prefix, files }, { page }) => {
      const below = Key.parse(prefix)
      const request = { type: 'putFiles', prefix: below.toString(), files } as const
      const { id: drop } = await page.drops.open(sessions.get(session), request, (of, asked, work) => {
        const what = files === 1 ? '1 file' : `${files} files`
        return jobs.begin(of, asked, { title: `Put ${what} into ${below.toString()}`, work })
      })
      return { drop, job: page.drops.get(drop).info.id }
    },
    'files.put': async ({ drop, key, bytes, ...rules }, { page, signal }) => ({
      stat: await page.drops.get(drop).put(Key.parse(key), bytes, rules, signal),
    }),
    'files.close': ({ drop }, { page }) => page.drops.close(drop),
  }
}

export function searchHandlers({ sessions }: HostParts): HandlersOf<typeof searchProcedures> {
  return {
    'search.open': async ({ session, search }, { page }) => ({
      search: await page.searches.open(sessions.get(session), search),
    }),
    'search.next': ({ search }, { page, signal }) => page.searches.next(search, signal),
    'search.close': async ({ search }, { page }) => {
      await page.searches.close(search)
      return DONE
    },
  }
}

export function levelHandlers({ sessions }: HostParts): HandlersOf<typeof levelProcedures> {
  return {
    'levels.rows': ({ session, prefix, ...range }, { signal }) =>
      sessions.get(session).levels.rows(Key.parse(prefix), range, signal),
    'levels.find': ({ session, prefix, name }, { signal }) =>
      sessions.get(session).levels.find(Key.parse(prefix), name, signal),
    'levels.refresh': ({ session, prefix, deep = false }) => {
      sessions.get(session).readAgain(Key.parse(prefix), deep)
      return { done: true }
    },
  }
}

export function overviewHandlers({ sessions }: HostParts): HandlersOf<typeof overviewProcedures> {
  return {
    'overview.next': ({ session, version }, { signal }) =>
      sessions.get(session).overview.next(version, signal),
  }
}
