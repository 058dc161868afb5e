import type { Command } from './command.ts'
import { useCommandContext } from './command-context.ts'
import { fileCommands } from './file-commands.ts'
import { goCommands } from './go-commands.ts'
import { keyCommands } from './key-commands.ts'
import { stackCommands } from './stack-commands.ts'
import { viewCommands } from './view-commands.ts'

/** Everything a person can do now, in the order of the menus. */
export function useCommands(): readonly Command[] {
  const context = useCommandContext()
  return [fileCommands, keyCommands, viewCommands, goCommands, stackCommands].flatMap(commands =>
    commands(context),
  )
}
