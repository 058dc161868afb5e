// npm test -- [--also-on NODE]: runs every test and ends with what failed and what was skipped, why, and one line of counts.
// The tests of the library run once more on the Node.js at the path NODE.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromiumMissing } from './find-chromium.mjs'

const reports = join(import.meta.dirname, '..', '.cache', 'reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const { values: flags } = parseArgs({ options: { 'also-on': { type: 'string' } } })
const reporters = ['--reporter=default', '--reporter=./scripts/vitest-counts.mjs']

const steps = [
  {
    name: 'unit',
    command: 'vitest',
    args: ['run', ...reporters],
  },
  { name: 'build', command: 'node', args: ['scripts/build.mjs'] },
  { name: 'e2e', command: 'playwright', args: ['test'], skipReason: chromiumMissing() },
]
const alsoOn = flags['also-on']
if (alsoOn !== undefined) steps.splice(1, 0, stepOn(alsoOn))

/** How many skipped tests of one reason are named. */
const FEW = 3

let isFailed = false
const totals = { passed: 0, failed: [], skipped: [] }

for (const { name, program = 'npx', command, args, skipReason } of steps) {
  if (skipReason !== undefined) {
    totals.skipped.push({ name: `all of ${name}`, reason: skipReason })
    continue
  }
  const { status } = spawnSync(program, [...(program === 'npx' ? ['--no-install'] : []), command, ...args], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, STRATA_REPORT: join(reports, `${name}.json`) },
  })
  const counts = read(join(reports, `${name}.json`))
  totals.passed += counts.passed
  totals.failed.push(...counts.failed.map(failed => ({ ...failed, step: name })))
  totals.skipped.push(...counts.skipped)
  if (status === 0) continue
  isFailed = true
  // A step that broke before it could count is a failure all the same.
  if (counts.failed.length === 0)
    totals.failed.push({ step: name, name: 'all', reason: `it ended with status ${status}` })
}

if (totals.skipped.length > 0) {
  console.log('\nSkipped:')
  for (const [reason, names] of byReason(totals.skipped)) {
    const what = names.length > FEW ? `${names.length} tests, ${names[0]} among them` : names.join('; ')
    console.log(`- ${what}: ${reason}`)
  }
}
if (totals.failed.length > 0) {
  console.log('\nFailed:')
  for (const { step, name, reason } of totals.failed) console.log(`- ${step}: ${name}: ${reason}`)
}
console.log(`\n${totals.passed} passed, ${totals.failed.length} failed, ${totals.skipped.length} skipped`)
process.exitCode = isFailed ? 1 : 0

/** A lane that is skipped for want of a program is one line, whatever number of tests it has. */
function byReason(skipped) {
  const groups = new Map()
  for (const { name, reason } of skipped) groups.set(reason, [...(groups.get(reason) ?? []), name])
  return groups
}

function read(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { passed: 0, failed: [], skipped: [] }
}

function stepOn(program) {
  const command = join(import.meta.dirname, '..', 'node_modules/vitest/vitest.mjs')
  return { name: 'unit-also-on', program, command, args: ['run', 'test/core', 'test/testkit', ...reporters] }
}
