import { create } from 'zustand'
import type { TextStorage } from '../../../api/host-storage.ts'

const NAME = 'strata.wrap'

interface Wrap {
  /** Whether long lines are wrapped; `undefined` until it was read. */
  readonly isOn: boolean | undefined
}

const useStore = create<Wrap>(() => ({ isOn: undefined }))

/** Whether long lines of values are wrapped, in all tabs. On by default. */
export function useWrap(): boolean {
  return useStore(({ isOn }) => isOn ?? true)
}

/** Reads what was chosen in an earlier window. */
export function readWrap(storage: TextStorage): void {
  if (useStore.getState().isOn === undefined) useStore.setState({ isOn: storage.getItem(NAME) !== 'off' })
}

export function toggleWrap(storage: TextStorage): void {
  readWrap(storage)
  const isOn = useStore.getState().isOn !== true
  useStore.setState({ isOn })
  storage.setItem(NAME, isOn ? 'on' : 'off')
}
