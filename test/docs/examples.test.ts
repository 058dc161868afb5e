import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatWithOptions } from 'node:util'
import ts from 'typescript'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { HostOptions } from '../../src/main/host/host.ts'
import { clientOf, newBucket } from '../core/node/engines/s3/s3-context.ts'
import { connect, testHost } from '../main/host/test-host.ts'
import { noEtcd, startEtcd } from '../servers/etcd.ts'
import { noMemcached, startMemcached } from '../servers/memcached.ts'
import { startMongoDouble } from '../servers/mongo/double.ts'
import { noRadosgw, RADOSGW_SECRET, startRadosgw } from '../servers/radosgw.ts'
import { noRedis, startRedis } from '../servers/redis.ts'
import { codeBlocks, examplePrograms, promisedOutput, serversOf } from './code-blocks.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const FOLDER = join(REPOSITORY, '.cache/examples')

const blocks = ['README.md', 'docs/library.md'].flatMap(document =>
  codeBlocks(readFileSync(join(REPOSITORY, document), 'utf8'))
    .filter(({ language }) => language === 'ts')
    .map(block => ({
      ...block,
      name: `${document}:${block.line} ${block.heading}`,
      file: join(FOLDER, `${document.replaceAll(/\W/g, '-')}-${block.line}.ts`),
    })),
)

mkdirSync(FOLDER, { recursive: true })
for (const { file, text } of blocks) writeFileSync(file, text)

const examples = [
  ...blocks.map(({ name, file, text }) => ({ name, file, text })),
  ...examplePrograms().map(({ name, path, text }) => ({ name, file: path, text })),
]

/** Runs a module in an empty folder. @returns What it printed, line by line. */
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

interface ExampleServer {
  readonly url: string
  /** Additional environment variables for the example. */
  readonly env?: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts servers for examples that read an address from the environment. */
const SERVERS: readonly {
  readonly variable: string
  readonly missing: string | undefined
  readonly start: () => Promise<ExampleServer>
}[] = [
  { variable: 'REDIS_URL', missing: noRedis, start: () => startRedis() },
  { variable: 'ETCD_URL', missing: noEtcd, start: () => startEtcd() },
  { variable: 'MEMCACHED_URL', missing: noMemcached, start: () => startMemcached() },
  { variable: 'MONGODB_URL', missing: undefined, start: () => startMongoDouble() },
  { variable: 'S3_URL', missing: noRadosgw, start: startBucket },
]

async function startBucket(): Promise<ExampleServer> {
  const server = await startRadosgw()
  const client = clientOf(server)
  const bucket = await newBucket(client)
  client.destroy()
  const { endpoint, user, stop } = server
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: user,
    AWS_SECRET_ACCESS_KEY: RADOSGW_SECRET,
  }
  return { url: `s3://${bucket}`, env, stop }
}

describe('the examples of the documentation', () => {
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

  // Those in `examples/` are a project of `tsc -b`.
  it('have no type errors', () => {
    const program = ts.createProgram(
      blocks.map(({ file }) => file),
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
          'strata/engines/*': [join(REPOSITORY, 'src/core/node/engines/*/index.ts')],
        },
      },
    )
    // `tsc -b` checks the files that they import.
    const problems = blocks
      .map(({ file }) => program.getSourceFile(file) as ts.SourceFile)
      .flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
      .map(({ file, start, messageText }) => {
        const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0
        return `${file?.fileName ?? ''}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
      })
    expect(problems).toEqual([])
  }, 120_000)

  it.for(examples)('$name', { timeout: 150_000 }, async (example, { skip }) => {
    const wanted = SERVERS.filter(({ variable }) => serversOf(example).includes(variable))
    const missing = wanted.find(one => one.missing !== undefined)?.missing
    skip(missing !== undefined, missing)
    const servers = await Promise.all(wanted.map(({ start }) => start()))
    for (const [index, { variable }] of wanted.entries()) {
      vi.stubEnv(variable, servers[index]?.url)
      for (const [name, value] of Object.entries(servers[index]?.env ?? {})) vi.stubEnv(name, value)
    }
    try {
      expect((await run(example.file)).join('\n')).toBe(promisedOutput(example).join('\n'))
    } finally {
      vi.unstubAllEnvs()
      for (const server of servers) await server.stop()
    }
  })

  it('X2 a host opens stacks of the kind in examples/own-kind.ts', async () => {
    const file = join(REPOSITORY, 'examples/own-kind.ts')
    const { registry } = (await import(/* @vite-ignore */ file)) as Pick<HostOptions, 'registry'>
    const page = await connect(await testHost({ registry }))
    const document = { strata: 1, root: { kind: 'dated', day: '2026-11-29', store: { kind: 'memory' } } }
    const { nodes } = await page.call('sessions.open', { source: { type: 'document', document } })
    expect(nodes.map(({ kind }) => kind)).toEqual(['dated', 'memory'])
  })
})
