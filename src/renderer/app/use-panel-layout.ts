import { attempt } from './actions/failures.ts'
import { currentSettings, useServices } from './services.ts'

interface PanelLayout {
  /** Sizes in percent by panel, as they were left. */
  readonly layout: Readonly<Record<string, number>> | undefined
  readonly save: (layout: Readonly<Record<string, number>>) => void
}

/** Remembers the sizes of a group of panels in the workspace. @param panels The panels' ids in their order. */
export function usePanelLayout(group: string, panels: readonly string[]): PanelLayout {
  const services = useServices()
  const sizes = currentSettings(services).panels[group]
  return {
    layout: sizes?.length === panels.length ? layoutOf(panels, sizes) : undefined,
    save: layout =>
      attempt(async () => {
        const all = currentSettings(services).panels
        const changed = panels.map(panel => Math.round((layout[panel] ?? 0) * 100) / 100)
        await services.client.call('workspace.updateSettings', {
          settings: { panels: { ...all, [group]: changed } },
        })
      }),
  }
}

function layoutOf(panels: readonly string[], sizes: readonly number[]): Record<string, number> {
  return Object.fromEntries(panels.map((panel, index) => [panel, sizes[index] ?? 0]))
}
