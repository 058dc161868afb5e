import { matchCommand } from './match-command.ts'

export interface PaletteCommand {
  readonly id: string
  readonly title: string
  /** As people read it: `Ctrl+P`. */
  readonly shortcut?: string | undefined
  readonly isEnabled: boolean
}

export interface PaletteOption {
  readonly command: PaletteCommand
  /** The letters of the title that the query stands for. */
  readonly places: readonly number[]
}

/** Commands that match, best first; without a query the last used ones first. What can't run now comes last. */
export function paletteOptions(
  commands: readonly PaletteCommand[],
  query: string,
  recent: readonly string[],
): readonly PaletteOption[] {
  const rank = (id: string): number => {
    const index = recent.indexOf(id)
    return index < 0 ? recent.length : index
  }
  return commands
    .flatMap(command => {
      const match = matchCommand(query, command.title)
      return match === undefined ? [] : [{ command, ...match }]
    })
    .sort(
      (a, b) =>
        Number(b.command.isEnabled) - Number(a.command.isEnabled) ||
        b.score - a.score ||
        rank(a.command.id) - rank(b.command.id),
    )
}
