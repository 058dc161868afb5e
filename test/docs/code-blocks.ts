import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  /** The word after the fence: `ts`, `json`, `sh`. */
  readonly language: string
  readonly text: string
  /** The number of its first line, from 1. */
  readonly line: number
  /** The nearest heading above it. */
  readonly heading: string
}

/** The fenced blocks of a Markdown text, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let heading = ''
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)/.exec(line)
    if (open !== undefined && fence !== null) {
      blocks.push({ language: open.language, text: `${open.lines.join('\n')}\n`, line: open.line, heading })
      open = undefined
    } else if (fence !== null) open = { language: fence[1] ?? '', line: index + 2, lines: [] }
    else if (open !== undefined) open.lines.push(line)
    else heading = /^#+ (.*)/.exec(line)?.[1] ?? heading
  }
  return blocks
}

/** The expected output of an example: the text after `// →`, line by line. */
export function promisedOutput({ text }: Pick<CodeBlock, 'text'>): string[] {
  return [...text.matchAll(/\/\/ → (.*)$/gm)].map(match => match[1] ?? '')
}

/** The environment variables for server addresses that an example uses: `REDIS_URL`, `ETCD_URL`. */
export function serversOf({ text }: Pick<CodeBlock, 'text'>): readonly string[] {
  return [...new Set(text.match(/\b[A-Z0-9]+_URL\b/g))]
}

const EXAMPLES = join(import.meta.dirname, '../../examples')

/** The programs in `examples/`. */
export function examplePrograms(): { readonly name: string; readonly path: string; readonly text: string }[] {
  return readdirSync(EXAMPLES)
    .filter(name => name.endsWith('.ts'))
    .map(name => ({ name: `examples/${name}`, path: join(EXAMPLES, name) }))
    .map(program => ({ ...program, text: readFileSync(program.path, 'utf8') }))
}
