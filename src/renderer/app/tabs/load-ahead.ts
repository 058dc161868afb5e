import { loadable } from '../../ui/loadable.tsx'

/** Milliseconds after which what is not urgent begins where the browser cannot say that it is idle. */
const LATER = 500

const importKeyTab = () => import('../../features/key-tab/key-tab.tsx')

export const KeyTab = loadable('KeyTab', async () => (await importKeyTab()).KeyTab)

/**
 * Loads what the first key needs while nobody waits for it: the first paint does without, and the first key opens as
 * fast as those after it. @returns A function that cancels it where it has not begun.
 */
export function loadAhead(): () => void {
  const load = async (): Promise<void> => {
    const [{ loadEditors }] = await Promise.all([importKeyTab(), KeyTab.load()])
    await loadEditors()
  }
  // What fails here is loaded again, and told, when it is needed.
  const begin = () => void load().catch(() => undefined)
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(begin, LATER)
    return () => clearTimeout(timer)
  }
  const request = requestIdleCallback(begin)
  return () => cancelIdleCallback(request)
}
