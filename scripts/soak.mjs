// npm run soak -- [--minutes N] [--seed S] [--runs N] [--kills N] [--servers]: random histories on random stacks,
// beside a model, for long; with --kills on stacks whose process is killed so many times in each run;
// with --servers every leaf is in a server.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createServer, createServerModuleRunner } from 'vite'
import { workerFiles } from './worker-files.mjs'

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    runs: { type: 'string' },
    rounds: { type: 'string' },
    kills: { type: 'string' },
    servers: { type: 'boolean', default: false },
  },
})
const numberOf = name => {
  const value = flags[name]
  if (value === undefined) return undefined
  if (Number(value) >= 0) return Number(value)
  console.error(`--${name} takes a number, not ${value}`)
  process.exit(2)
}

// Node.js 20 does not know `await using` yet. The runner stays: clients of engines are loaded when a stack opens.
const vite = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  oxc: { target: 'node20' },
  plugins: [workerFiles()],
})
const runner = createServerModuleRunner(vite.environments.ssr, { hmr: false })
const module = await runner.import(join(import.meta.dirname, '../test/soak/soak.ts'))
const start = performance.now()
const end = start + numberOf('minutes') * 60_000
const result = await module.soak({
  seed: numberOf('seed'),
  runs: numberOf('runs'),
  rounds: numberOf('rounds'),
  kills: numberOf('kills'),
  onServers: flags.servers,
  isOver: () => performance.now() > end,
  onFailure: (seed, error) =>
    console.error(
      `\n${error.message}\nagain: npm run soak -- --runs 1 --seed ${seed}${flags.kills === undefined ? '' : ` --kills ${flags.kills}`}${flags.servers ? ' --servers' : ''}\n`,
    ),
})

const minutes = ((performance.now() - start) / 60_000).toFixed(1)
for (const [invariant, held] of result.held) console.log(`${String(held).padStart(12)}  ${invariant}`)
console.log(
  `\n${result.runs} runs from seed ${flags.seed} in ${minutes} minutes: ${result.calls} calls on ${result.stacks} different stacks, ` +
    `${result.failures.length} runs failed${result.failures.length === 0 ? '' : `, seeds ${result.failures.join(' ')}`}`,
)
process.exitCode = result.failures.length === 0 ? 0 : 1
await runner.close()
await vite.close()
