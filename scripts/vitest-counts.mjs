import { writeFileSync } from 'node:fs'

/** Writes how many tests passed and failed, and which were skipped for what reason. */
export default class VitestCounts {
  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: [] }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') counts.passed++
        else if (result.state === 'failed') counts.failed++
        else counts.skipped.push({ name: test.fullName, reason: result.note ?? 'no reason was given' })
      }
      // A file that could not be loaded has no tests to count.
      if (module.errors().length > 0) counts.failed++
    }
    const file = process.env.STRATA_REPORT
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
  }
}
