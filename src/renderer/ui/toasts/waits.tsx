import { create } from 'zustand'
import { Delayed } from '../delayed.tsx'
import { Progress } from '../progress.tsx'
import { VisibleText } from '../text/visible-text.tsx'
import styles from './toasts.module.css'

interface Wait {
  readonly id: number
  /** What is done: `Undoing…`. */
  readonly text: string
}

const useWaits = create<{ readonly waits: readonly Wait[] }>(() => ({ waits: [] }))

let lastId = 0

/**
 * Says what is done until `work` settles, where notifications are shown: for what is answered by one. A short wait is not
 * shown.
 */
export async function whileWaiting<T>(text: string, work: Promise<T>): Promise<T> {
  const wait = { id: ++lastId, text }
  useWaits.setState(({ waits }) => ({ waits: [...waits, wait] }))
  try {
    return await work
  } finally {
    useWaits.setState(({ waits }) => ({ waits: waits.filter(other => other !== wait) }))
  }
}

/** What is waited for. */
export function Waits() {
  const waits = useWaits(state => state.waits)
  return (
    <div role="status" aria-label="In progress">
      {waits.map(({ id, text }) => (
        <Delayed key={id}>
          <div className={`${styles['toast']} ${styles['wait']}`}>
            <p>
              <VisibleText text={text} />
            </p>
            <Progress label={text} value={0} />
          </div>
        </Delayed>
      ))}
    </div>
  )
}
