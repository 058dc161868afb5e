// npm run files-run -- [--list]: how many source files of the host, the contract and the core run for one call of a page, on
// an open session of a folder. A file counts where a function of it runs; loading it does not. --list names the files.
// Ends with 1 where a call runs more files than its bar.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createBirpc } from 'birpc'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')
const built = join(root, '.cache', 'files-run')
const { values: flags } = parseArgs({ options: { list: { type: 'boolean', default: false } } })

/** The walks, each on a session of its own that has answered one read, so that it follows the store. */
const walks = [
  {
    name: 'put to a folder',
    bar: 35,
    // As the editor saves: it read the value before, and saves what nobody changed since.
    run: (page, ifMatch) =>
      page('store.put', { key: '/note', bytes: new TextEncoder().encode('changed'), ifMatch }),
    expected: 'ok',
  },
  {
    name: 'first rows of a level',
    bar: 30,
    run: page => page('levels.rows', { prefix: '/', offset: 0, limit: 100 }),
    expected: 'ok',
  },
  { name: 'failed get', bar: 25, run: page => page('store.get', { key: '/absent' }), expected: 'NOT_FOUND' },
]

await buildHost()
const { createHost } = await import(pathToFileURL(join(built, 'main/host/host.js')).href)
const { createMessagePortChannel } = await import(pathToFileURL(join(built, 'shared/channel.js')).href)
const base = await mkdtemp(join(tmpdir(), 'strata-files-run-'))
const profiler = new Session()
profiler.connect()
try {
  await profiler.post('Profiler.enable')
  await profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  for (const walk of walks) report(walk, await filesRunBy(walk))
} finally {
  profiler.disconnect()
  await rm(base, { recursive: true })
}

/** Builds the host as it ships, but a file of its own for each source file, so that V8 tells them apart. */
async function buildHost() {
  const entries = ['src/main/host/host.ts', 'src/shared/channel.ts']
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node20.19',
      outDir: built,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: entries.map(entry => join(root, entry)),
        output: {
          preserveModules: true,
          preserveModulesRoot: join(root, 'src'),
          entryFileNames: '[name].js',
        },
      },
    },
  })
}

/** @returns The source files that run from the call until its answer has arrived. */
async function filesRunBy({ run, expected }) {
  const folder = await mkdtemp(join(base, 'folder-'))
  for (const name of ['note', 'list', 'plan']) await writeFile(join(folder, name), name)
  const host = await createHost({
    dataDirectory: await mkdtemp(join(base, 'data-')),
    shell: 'web',
    appVersion: '0',
  })
  const { port1, port2 } = new MessageChannel()
  try {
    host.connect(createMessagePortChannel(port1))
    const { id } = await host.open({ type: 'folder', path: folder })
    const page = connectPage(port2, id)
    const { etag } = (await page('store.get', { key: '/note' })).value.stat
    await isQuiet()
    const reply = await run(page, etag)
    const { result } = await profiler.post('Profiler.takePreciseCoverage')
    const outcome = reply.ok ? 'ok' : reply.error.code
    if (outcome !== expected) throw new Error(`The call ended with ${outcome}, expected ${expected}`)
    return result.filter(({ functions }) => functions.some(hasRun)).flatMap(sourceOf)
  } finally {
    port2.close()
    await host.close()
  }
}

/** Resolves once nothing of ours has run for a while: opening a session goes on in the background. Counts begin anew. */
async function isQuiet() {
  let quiet = 0
  while (quiet < 3) {
    await new Promise(done => setTimeout(done, 100))
    const { result } = await profiler.post('Profiler.takePreciseCoverage')
    const files = result.filter(({ functions }) => functions.some(hasRun)).flatMap(sourceOf)
    quiet = files.length === 0 ? quiet + 1 : 0
  }
}

/** @returns A function that calls a procedure on the session and resolves to the reply. */
function connectPage(port, session) {
  const host = createBirpc(
    { event: () => undefined },
    {
      post: message => port.postMessage(message),
      on: listener => port.addEventListener('message', ({ data }) => listener(data)),
      timeout: -1,
    },
  )
  port.start()
  let calls = 0
  return (name, input) => host.call(++calls, name, { session, ...input })
}

/** The function that V8 calls the module itself has no name and begins at its first character. */
function hasRun({ functionName, ranges: [{ startOffset, count }] }) {
  return count > 0 && !(functionName === '' && startOffset === 0)
}

/** @returns The path below `src`; none for what is not ours. */
function sourceOf({ url }) {
  if (!url.startsWith('file:')) return []
  const path = relative(built, fileURLToPath(url))
  return path.startsWith('..') || path.includes('node_modules')
    ? []
    : [path.split(sep).join('/').replace(/\.js$/, '.ts')]
}

function report({ name, bar }, files) {
  const count = layer => files.filter(file => file.startsWith(`${layer}/`)).length
  const verdict = files.length <= bar ? `bar ${bar} met` : `bar ${bar} MISSED`
  console.log(
    `${name}: ${files.length} files (core ${count('core')}, host ${count('main')}, shared ${count('shared')}), ${verdict}`,
  )
  if (flags.list) for (const file of files.sort()) console.log(`  ${file}`)
  if (files.length > bar) process.exitCode = 1
}
