import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatWithOptions } from 'node:util'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { codeBlocks, promisedOutput } from './code-blocks.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const FOLDER = join(REPOSITORY, '.cache/examples')

const examples = ['README.md', 'docs/library.md'].flatMap(document =>
  codeBlocks(readFileSync(join(REPOSITORY, document), 'utf8'))
    .filter(({ language }) => language === 'ts')
    .map(block => ({
      ...block,
      name: `${document}:${block.line} ${block.heading}`,
      file: join(FOLDER, `${document.replaceAll(/\W/g, '-')}-${block.line}.ts`),
    })),
)

mkdirSync(FOLDER, { recursive: true })
for (const { file, text } of examples) writeFileSync(file, text)

/** Runs a module in an empty folder. @returns What it printed, a line each. */
async function run(file: string): Promise<string[]> {
  const printed: string[] = []
  const log = console.log
  const before = process.cwd()
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'strata-example-'))
  console.log = (...values: unknown[]) =>
    void printed.push(formatWithOptions({ breakLength: Infinity }, ...values))
  process.chdir(folder)
  try {
    await import(/* @vite-ignore */ file)
    return printed
  } finally {
    process.chdir(before)
    console.log = log
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the examples of the documentation', () => {
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

  it('have the right types', () => {
    const program = ts.createProgram(
      examples.map(({ file }) => file),
      {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2023,
        lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        moduleDetection: ts.ModuleDetectionKind.Force,
        allowImportingTsExtensions: true,
        types: ['node'],
        typeRoots: [join(REPOSITORY, 'node_modules/@types')],
        paths: {
          'strata/core': [join(REPOSITORY, 'src/core/index.ts')],
          'strata/node': [join(REPOSITORY, 'src/core/node/index.ts')],
        },
      },
    )
    const own = new Set(examples.map(({ file }) => file))
    const problems = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => file !== undefined && own.has(file.fileName))
      .map(({ file, start, messageText }) => {
        const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0
        return `${file?.fileName ?? ''}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
      })
    expect(problems).toEqual([])
  })

  it.each(examples)('$name', async example => {
    const printed = await run(example.file)
    expect(printed.join('\n')).toBe(promisedOutput(example).join('\n'))
  })
})
