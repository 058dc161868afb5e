// npm run bench -- [NAME…] [--json FILE] [--markdown FILE]: benchmarks with their peers, side by side. `--once` runs
// what was built last in this process, also where the median of several processes counts.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { workerFiles } from './worker-files.mjs'

const root = join(import.meta.dirname, '..')
const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    markdown: { type: 'string' },
    once: { type: 'boolean', default: false },
  },
})

// Benchmarks measure the library as it ships.
if (!flags.once) {
  execFileSync('npx', ['--no-install', 'tsc', '-b', 'tsconfig.core-node.json'], {
    cwd: root,
    stdio: 'inherit',
  })
}
const { module } = await runnerImport(join(root, 'test/bench/benchmarks.ts'), {
  oxc: { target: 'node20' },
  plugins: [workerFiles()],
})

const unknown = names.filter(name => !module.benchmarks.some(benchmark => benchmark.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}; there are ${module.benchmarks.map(each => each.name).join(', ')}`,
  )
  process.exit(2)
}

const results = []
for (const benchmark of module.benchmarks) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue
  for (const result of await measure(benchmark)) {
    results.push(result)
    console.log(rowOf(result).join('  '))
  }
}

if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`)
if (flags.markdown !== undefined) writeFileSync(flags.markdown, markdownOf(results))
const missed = results.filter(result => !result.ok)
console.log(`\n${results.length} measured, ${missed.length} below their bar`)

async function measure({ name, processes = 1, run }) {
  if (flags.once || processes === 1) return await run()
  const folder = mkdtempSync(join(tmpdir(), 'strata-bench-'))
  try {
    const runs = Array.from({ length: processes }, (_, index) => {
      const file = join(folder, `${index}.json`)
      execFileSync(process.execPath, [import.meta.filename, name, '--once', '--json', file], { cwd: root })
      return JSON.parse(readFileSync(file, 'utf8'))
    })
    return runs[0].map((_, row) => medianOf(runs.map(results => results[row])))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function medianOf(results) {
  const middle = figure => results.map(figure).toSorted((a, b) => a - b)[results.length >> 1]
  const ratio = middle(result => result.ratio)
  const { bar } = results[0]
  return {
    ...results[0],
    ours: middle(result => result.ours),
    peerValue: middle(result => result.peerValue),
    ratio,
    ok: bar === undefined || ratio >= bar,
  }
}

function rowOf({ name, unit, ours, peer, peerValue, ratio, bar, ok }) {
  const verdict = bar === undefined ? '' : ok ? `bar ${round(bar)} met` : `bar ${round(bar)} MISSED`
  return [name, `${round(ours)} ${unit}`, peer, `${round(peerValue)} ${unit}`, `×${round(ratio)}`, verdict]
}

function markdownOf(all) {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return [
    '# Benchmarks',
    '',
    'Ours and the peers measured in one run, in turns; the ratio is above 1 where we are better. Machines are noisy:',
    'compare ratios, not figures. Made by `npm run bench -- --markdown docs/benchmarks.md`.',
    '',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform}, ${cpus().length} cores of ${processor}, ${memory} GiB.`,
    '',
    '| what | ours | peer | peer’s | ratio | bar |',
    '|---|---:|---|---:|---:|---|',
    ...all.map(result => `| ${rowOf(result).join(' | ')} |`),
    '',
  ].join('\n')
}

function round(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
