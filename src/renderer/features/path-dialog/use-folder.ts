import { useEffect, useState } from 'react'
import { CallError, type Client, isAbortedCall } from '../../api/client.ts'
import type { PathEntry } from './path-options.ts'

interface Folder {
  /** The path that was asked for. */
  readonly asked: string
  readonly entries: readonly PathEntry[]
  readonly error: string | undefined
}

/** The entries of a folder on the host's machine; `undefined` until they are there. */
export function useFolder(client: Client, path: string): Folder | undefined {
  const [folder, setFolder] = useState<Folder>()
  useEffect(() => {
    const aborter = new AbortController()
    client.call('files.browse', { path }, { signal: aborter.signal }).then(
      ({ entries }) => setFolder({ asked: path, entries, error: undefined }),
      (error: unknown) => {
        if (aborter.signal.aborted || isAbortedCall(error)) return
        const message = error instanceof CallError ? error.message : String(error)
        setFolder({ asked: path, entries: [], error: message })
      },
    )
    return () => aborter.abort()
  }, [client, path])
  return folder?.asked === path ? folder : undefined
}
