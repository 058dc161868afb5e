import { create } from 'zustand'

/** Commands that are remembered as used. */
const MAX_RECENT = 8

/** The commands run from the palette, last one first. */
export const usePaletteStore = create<{ readonly recent: readonly string[] }>(() => ({ recent: [] }))

export function rememberUse(id: string): void {
  usePaletteStore.setState(({ recent }) => ({
    recent: [id, ...recent.filter(other => other !== id)].slice(0, MAX_RECENT),
  }))
}
