// npm run bench -- [NAME…] [--json FILE] [--markdown FILE]: benchmarks with their peers, side by side.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const root = join(import.meta.dirname, '..')
const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, markdown: { type: 'string' } },
})

// Benchmarks measure the library as it ships.
execFileSync('npx', ['--no-install', 'tsc', '-b', 'tsconfig.core-node.json'], { cwd: root, stdio: 'inherit' })
const { module } = await runnerImport(join(root, 'test/bench/benchmarks.ts'), { oxc: { target: 'node20' } })

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
  for (const result of await benchmark.run()) {
    results.push(result)
    console.log(rowOf(result).join('  '))
  }
}

if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`)
if (flags.markdown !== undefined) writeFileSync(flags.markdown, markdownOf(results))
const missed = results.filter(result => !result.ok)
console.log(`\n${results.length} measured, ${missed.length} below their bar`)

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
