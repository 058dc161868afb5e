import { homedir } from 'node:os'
import type { stackProcedures } from '../../../shared/procedures/stacks.ts'
import type { HandlersOf } from '../calls/call.ts'
import { expandPath } from '../files/expand-path.ts'
import type { HostParts } from '../host-parts.ts'
import { readStackFile, writeStackFile } from '../stacks/stack-files.ts'
import { templates } from '../stacks/templates.ts'
import { validateText } from '../stacks/validate-text.ts'

export function stackHandlers({ registry }: HostParts): HandlersOf<typeof stackProcedures> {
  return {
    'stacks.kinds': () => ({ kinds: [...registry.describe()] }),
    'stacks.templates': () => ({ templates: templates(homedir()) }),
    'stacks.validate': ({ text }) => ({ problems: validateText(text, registry) }),
    'stacks.read': async ({ path }) => {
      const file = expandPath(path)
      return { path: file, text: await readStackFile(file) }
    },
    'stacks.write': async ({ path, text, replace = false }) => {
      await writeStackFile(expandPath(path), text, replace)
      return { done: true }
    },
  }
}
