import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, noChromium } from '../chromium.ts'
import { codeBlocks, examplePrograms, promisedOutput, serversOf } from '../docs/code-blocks.ts'
import { engineNames } from '../engine-names.ts'
import { modulesLoadedBy } from '../loaded-modules.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const CONSUMER = join(import.meta.dirname, 'consumer')
/** The files of a clone that the library is built from. */
const SOURCES = /^(src|docs|package\.json|README\.md|LICENSE|tsconfig\..*json)$/

const windows = process.platform === 'win32'
const npm = (folder: string, ...args: string[]): string =>
  execFileSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    shell: windows,
    stdio: ['ignore', 'pipe', 'pipe'],
  })

let folder: string
/** A program with nothing but the packed library installed. */
let consumer: string

/** A copy of the files in a clone that the library is built from. */
function copyOfClone(): string {
  const clone = mkdtempSync(join(folder, 'clone-'))
  for (const name of readdirSync(REPOSITORY).filter(name => SOURCES.test(name)))
    cpSync(join(REPOSITORY, name), join(clone, name), { recursive: true })
  return clone
}

beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'strata-package-'))
  const clone = copyOfClone()
  symlinkSync(join(REPOSITORY, 'node_modules'), join(clone, 'node_modules'), 'junction')
  npm(clone, 'pack', '--pack-destination', folder)

  consumer = join(folder, 'consumer')
  cpSync(CONSUMER, consumer, { recursive: true })
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const archive = readdirSync(folder).find(name => name.endsWith('.tgz')) ?? ''
  npm(consumer, 'install', '--prefer-offline', '--no-audit', '--no-fund', `../${archive}`)
}, 180_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Links a package of the repository into the program. */
function link(name: string): void {
  symlinkSync(join(REPOSITORY, 'node_modules', name), join(consumer, 'node_modules', name), 'junction')
}

/** The type errors of a program, as text. */
function typeProblems(files: readonly string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram(
    files.map(file => join(consumer, file)),
    {
      strict: true,
      noEmit: true,
      skipDefaultLibCheck: true,
      target: ts.ScriptTarget.ES2023,
      typeRoots: [join(REPOSITORY, 'node_modules/@types')],
      ...options,
    },
  )
  // The package and what uses it, without the declarations of other packages.
  const own = program.getSourceFiles().filter(({ fileName }) => !/node_modules\/(?!strata\/)/.test(fileName))
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...own.flatMap(file => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ].map(
    ({ file: at, messageText }) =>
      `${at?.fileName ?? ''} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  )
}

const asNode: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
}

/** Compiles to modules that Node runs. */
const asModule: ts.CompilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }

const asBundler: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
}

describe('the package, installed into an empty folder', () => {
  it('L1 holds the built library, without its sources and the window', () => {
    const top = readdirSync(join(consumer, 'node_modules/strata')).sort()
    expect(top).toEqual(['LICENSE', 'README.md', 'dist', 'docs', 'package.json'])
    const built = readdirSync(join(consumer, 'node_modules/strata/dist'), {
      recursive: true,
      encoding: 'utf8',
    })
    expect(built.filter(path => /(?<!\.d)\.ts$|\.tsbuildinfo$/.test(path))).toEqual([])
  })

  it('L2 installs the dependencies of the library and no others', () => {
    const lock = JSON.parse(readFileSync(join(consumer, 'package-lock.json'), 'utf8')) as { packages: object }
    const installed = Object.keys(lock.packages).filter(path => path !== '')
    expect(installed.map(path => path.replace('node_modules/', '')).sort()).toEqual([
      '@msgpack/msgpack',
      'abort-error',
      'cborg',
      'interface-datastore',
      'interface-store',
      'multiformats',
      're2js',
      'strata',
      'uint8arrays',
      'zod',
    ])
  })

  it('L5 E7 an entry of an engine names the package to install if its client is missing', () => {
    const program = `
      import { LevelDatastore } from 'strata/engines/leveldb'
      import { LmdbDatastore } from 'strata/engines/lmdb'
      import { PostgresDatastore } from 'strata/engines/postgres'
      import { RedisDatastore } from 'strata/engines/redis'
      for (const open of [
        () => LevelDatastore.open('level'),
        () => LmdbDatastore.open('lmdb'),
        () => RedisDatastore.open({ url: 'redis://127.0.0.1' }),
        () => PostgresDatastore.open({ url: 'postgres://127.0.0.1' }),
      ]) await open().catch(({ code, message }) => console.log(code, message))`
    const options = { cwd: consumer, encoding: 'utf8' } as const
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', program], options)).toBe(
      [
        'CONFIG_INVALID Cannot open a LevelDB store: the package classic-level is not installed; install it with: npm install classic-level',
        'CONFIG_INVALID Cannot open an LMDB store: the package lmdb is not installed; install it with: npm install lmdb',
        'CONFIG_INVALID Cannot open a Redis store: the package @redis/client is not installed; install it with: npm install @redis/client',
        'CONFIG_INVALID Cannot open a PostgreSQL store: the package pg is not installed; install it with: npm install pg',
        '',
      ].join('\n'),
    )
  })

  it('L5 strata/engines/<name> opens an engine without a stack, once its client is installed', () => {
    link('classic-level')
    const cwd = mkdtempSync(join(folder, 'run-'))
    const file = join(consumer, 'engines.mjs')
    writeFileSync(file, ts.transpile(readFileSync(join(consumer, 'engines.ts'), 'utf8'), asModule))
    expect(execFileSync(process.execPath, [file], { cwd, encoding: 'utf8' })).toBe('1985\n')
  })

  it('L1 L3 the examples of the README and in examples/ have no type errors and print the documented output', () => {
    const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')
    const [block] = codeBlocks(readme).filter(({ language }) => language === 'ts')
    if (block === undefined) throw new Error('The README has no example')
    // Examples that need a server run in test/docs.
    const programs = [{ name: 'README.ts', text: block.text }, ...examplePrograms()]
      .filter(program => serversOf(program).length === 0)
      .map(({ name, text }) => ({ name: basename(name, '.ts'), text }))
    for (const { name, text } of programs) writeFileSync(join(consumer, `${name}.ts`), text)
    const files = [...programs.map(({ name }) => `${name}.ts`), 'node.ts', 'engines.ts']
    expect(typeProblems(files, asNode)).toEqual([])
    for (const program of programs) {
      const file = join(consumer, `${program.name}.mjs`)
      writeFileSync(file, ts.transpile(program.text, asModule))
      const cwd = mkdtempSync(join(folder, 'run-'))
      const printed = execFileSync(process.execPath, [file], { cwd, encoding: 'utf8' })
      expect(printed.trimEnd(), program.name).toBe(promisedOutput(program).join('\n'))
    }
  })

  it.each(engineNames)(
    'L5 E7 strata/engines/%s loads no other engine, and loads its client only when a store is opened',
    name => {
      const loaded = [...modulesLoadedBy(join(REPOSITORY, `src/core/node/engines/${name}/index.ts`))]
      const engines = loaded.flatMap(path => /node\/engines\/(\w+)\//.exec(path)?.[1] ?? [])
      expect([...new Set(engines)]).toEqual([name])
      const { peerDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
        peerDependencies: object
      }
      expect(loaded.filter(path => path in peerDependencies)).toEqual([])
    },
  )

  it('L3 in Node, strata/core is strata/node', () => {
    const program = `Promise.all([import('strata/core'), import('strata/node')]).then(([a, b]) => process.exit(a === b ? 0 : 1))`
    expect(spawnSync(process.execPath, ['-e', program], { cwd: consumer }).status).toBe(0)
  })

  it('L1 runs the worker of a key index from the packed files', () => {
    const module = pathToFileURL(
      join(consumer, 'node_modules/strata/dist/core/node/key-index/key-index-worker.js'),
    )
    const program = `
      const { KeyIndexWorker } = await import(${JSON.stringify(module.href)})
      const index = new KeyIndexWorker()
      await index.add(Uint8Array.of(1, 97, 1, 98))
      console.log((await index.state()).size)
      await index.close()`
    const options = { cwd: consumer, encoding: 'utf8', timeout: 30_000 } as const
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', program], options)).toBe('2\n')
  })

  it('L3 strata/core needs no Node types on other platforms', () => {
    expect(typeProblems(['core.ts'], asBundler)).toEqual([])
  })

  it.skipIf(noChromium !== undefined)('L3 strata/core runs in a page and in a worker', async () => {
    const built = await build({
      root: consumer,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, minify: false, target: 'es2023', lib: { entry: 'page.mjs', formats: ['es'] } },
    })
    const [output] = Array.isArray(built) ? built : []
    const code = output?.output[0].code ?? ''
    expect(code).not.toMatch(/browser-external|from ["']node:/)

    const server = createServer(({ url }, response) => {
      response.setHeader('content-type', url === '/page.mjs' ? 'text/javascript' : 'text/html')
      response.end(url === '/page.mjs' ? code : '<script type="module" src="/page.mjs"></script>')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      expect(await page.evaluate('outcome')).toEqual({ year: 1985, names: ['a'] })
      const inWorker = await page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker('/page.mjs', { type: 'module' })
            worker.onmessage = ({ data }) => resolve(data)
            worker.onerror = ({ message }) => reject(new Error(message))
          }),
      )
      expect(inWorker).toEqual({ year: 1985, names: ['a'] })
    } finally {
      await browser.close()
      server.close()
    }
  })

  it('D19 the testkit runs with node:test, passes a correct store and fails an incorrect one', () => {
    // An optional peer dependency: programs that test a store install it.
    link('fast-check')
    link('pure-rand')
    const run = (store: string) =>
      spawnSync(process.execPath, ['--test', '--test-reporter=tap', 'store.test.mjs'], {
        cwd: consumer,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], STORE: store },
      })
    const good = run('counting')
    expect(good.stdout).toMatch(/# pass \d{3}\n# fail 0\n/)
    expect(good.status).toBe(0)
    const bad = run('forgetful')
    expect(bad.stdout).toMatch(/not ok \d+ - D4 /)
    expect(bad.status).toBe(1)
  })
})

describe('the package, installed from git into an empty folder', () => {
  it('L4 npm builds the library while it installs', () => {
    const clone = copyOfClone()
    // npm clones into its cache, so the build tools are found in a parent folder, without a download.
    const above = mkdtempSync(join(folder, 'above-'))
    symlinkSync(join(REPOSITORY, 'node_modules'), join(above, 'node_modules'), 'junction')
    const path = join(clone, 'package.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as object
    writeFileSync(path, JSON.stringify({ ...manifest, devDependencies: {}, peerDependencies: {} }))
    const git = (...args: string[]) => execFileSync('git', args, { cwd: clone, stdio: 'ignore' })
    git('init', '--quiet')
    git('add', '--all')
    git('-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--message', 'All')

    const program = mkdtempSync(join(folder, 'program-'))
    writeFileSync(join(program, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const source = `git+${pathToFileURL(clone).href}`
    npm(program, 'install', '--cache', join(above, 'cache'), '--no-audit', '--no-fund', source)
    const installed = join(program, 'node_modules/strata')
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'docs', 'package.json'])
    const example = `
      import { FsDatastore, Key } from 'strata/node'
      await using store = await FsDatastore.open('data')
      await store.put(Key.parse('/a'), new Uint8Array(7))
      console.log((await store.get(Key.parse('/a'))).length)`
    writeFileSync(join(program, 'example.mjs'), ts.transpile(example, { target: ts.ScriptTarget.ES2022 }))
    expect(execFileSync(process.execPath, ['example.mjs'], { cwd: program, encoding: 'utf8' })).toBe('7\n')
  }, 480_000)
})
