import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { resolveConfig } from 'electron-vite'
import { build, createServer, mergeConfig } from 'vite'
import { forgetBuild, root, runElectronVite } from './build.mjs'

/** Fixed, as is the token, so that a page finds its host again after each restart. */
const PORT = '5274'

const args = process.argv.slice(2)
await forgetBuild()
if (args.includes('--web')) await developInBrowser(args)
else process.exit(await runElectronVite(['dev', '--watch', '--', '--', ...args]))

/**
 * The page by Vite's development server, the host in a process of its own that is started again when it was rebuilt.
 * @param {readonly string[]} args
 */
async function developInBrowser(args) {
  const inline = { root, build: { watch: {} } }
  const { config } = await resolveConfig(inline, 'serve', 'development')
  const server = await createServer(config.renderer)
  await server.listen()
  const environment = {
    ...process.env,
    STRATA_DEVELOPMENT_SERVER: `http://127.0.0.1:${server.config.server.port}`,
    STRATA_DEVELOPMENT_TOKEN: randomBytes(32).toString('base64url'),
  }
  let host
  const restart = async () => {
    const isFirst = host === undefined
    if (!isFirst) await stop(host)
    const program = join(root, 'out', 'main', 'serve.js')
    const quiet = isFirst ? [] : ['--no-open']
    host = spawn(process.execPath, [program, '--port', PORT, ...args, ...quiet], {
      stdio: 'inherit',
      env: environment,
    })
  }
  let restarted = Promise.resolve()
  const plugin = {
    name: 'strata:restart-host',
    closeBundle() {
      restarted = restarted.then(restart)
    },
  }
  await build(mergeConfig(config.main, { logLevel: 'warn', plugins: [plugin] }))
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await restarted
      if (host !== undefined) await stop(host)
      process.exit(0)
    })
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise(resolve => child.once('close', resolve))
  child.kill('SIGTERM')
  await ended
}
