import { basename, dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')
/** How a source names the file of a worker: as it is called beside it in the built library. */
const WORKER = /new URL\('(\.\/[\w-]+)\.js', import\.meta\.url\)/g
const PLACE = /(["'`])__WORKER_FILE_([\w$]+)__\1/g

/**
 * A plugin of Vite that lets `new Worker(new URL('./name.js', import.meta.url))` find its file. In a bundle the worker is
 * an entry of its own; from source it is bundled into `.cache/workers`, since Node 20 runs no TypeScript.
 * @returns {import('vite').Plugin}
 */
export function workerFiles() {
  let isBuild = false
  return {
    name: 'worker-files',
    enforce: 'pre',
    configResolved(config) {
      isBuild = config.command === 'build'
    },
    async transform(code, id) {
      if (!id.endsWith('.ts') || !code.includes('new URL(')) return undefined
      let changed = code
      for (const [whole, name] of code.matchAll(WORKER)) {
        const file = `${resolve(dirname(id), name)}.ts`
        const url = isBuild
          ? `new URL('__WORKER_FILE_${this.emitFile({ type: 'chunk', id: file, name: `${basename(dirname(file))}-worker` })}__', import.meta.url)`
          : `new URL(${JSON.stringify(pathToFileURL(await bundleWorker(file)).href)})`
        changed = changed.replace(whole, url)
      }
      return changed === code ? undefined : { code: changed, map: null }
    },
    renderChunk(code, chunk) {
      const changed = code.replace(PLACE, (_, quote, reference) => {
        const path = relative(dirname(chunk.fileName), this.getFileName(reference)).replaceAll('\\', '/')
        return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
      })
      return changed === code ? null : { code: changed, map: null }
    },
  }
}

/** @type {Map<string, Promise<string>>} */
const bundles = new Map()

/**
 * @param {string} file
 * @returns {Promise<string>} The path of the bundle.
 */
export function bundleWorker(file) {
  let made = bundles.get(file)
  if (made === undefined) {
    made = makeBundle(file)
    bundles.set(file, made)
  }
  return made
}

async function makeBundle(file) {
  const outDir = join(root, '.cache', 'workers')
  // Another process may be at it, too.
  const name = `${relative(join(root, 'src'), file).replaceAll(/[\\/]/g, '-')}-${process.pid}.mjs`
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: file,
      target: 'node20',
      outDir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: name } },
    },
  })
  return join(outDir, name)
}
