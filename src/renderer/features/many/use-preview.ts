import { useEffect, useRef, useState } from 'react'
import type { ManyAction, ManyPreview } from '../../../shared/procedures/many.ts'
import type { JobList } from '../../api/host-state.ts'

/** The preview of an action, as far as it is known. */
export interface PreviewState {
  readonly preview: ManyPreview | undefined
  readonly state: 'running' | 'done' | 'failed'
  readonly problem: string | undefined
}

const NOTHING: PreviewState = { preview: undefined, state: 'running', problem: undefined }

/** Milliseconds without typing before a preview starts. */
const TYPING = 150

/** Looks through what an action would touch, by a job that ends with the component or the action. */
export function usePreview(jobs: JobList, session: string, action: ManyAction | undefined): PreviewState {
  const [found, setFound] = useState(NOTHING)
  const text = action === undefined ? undefined : JSON.stringify(action)
  const initialText = useRef(text)
  useEffect(() => {
    if (text === undefined) return undefined
    let id: string | undefined
    let isOver = false
    const show = (): void => {
      const job = jobs.get()?.find(other => other.id === id)
      if (job === undefined || isOver) return
      const state = job.state === 'running' ? 'running' : job.state === 'done' ? 'done' : 'failed'
      setFound({ preview: job.preview, state, problem: job.error?.message })
    }
    const unsubscribe = jobs.subscribe(show)
    const begin = (): void => {
      const request = { type: 'previewMany', action: JSON.parse(text) as ManyAction } as const
      jobs.start(session, request).then(
        job => {
          id = job.id
          if (isOver) stop(jobs, id)
          else show()
        },
        (error: unknown) =>
          setFound({ ...NOTHING, state: 'failed', problem: error instanceof Error ? error.message : '' }),
      )
    }
    // The dialog opens with an action that is complete; later ones are typed letter by letter.
    const timer = setTimeout(begin, text === initialText.current ? 0 : TYPING)
    return () => {
      isOver = true
      clearTimeout(timer)
      unsubscribe()
      if (id !== undefined) stop(jobs, id)
    }
  }, [jobs, session, text])
  return found
}

function stop(jobs: JobList, id: string): void {
  if (jobs.get()?.find(job => job.id === id)?.state !== 'running') return
  // One that can't be stopped ends automatically, and does no harm.
  jobs.cancel(id).catch(() => undefined)
}
