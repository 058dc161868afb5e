import { writeFileSync } from 'node:fs'

/** Writes how many tests passed, which failed with what message, and which were skipped for what reason. */
export default class VitestCounts {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: [], skipped: [] }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') counts.passed++
        else if (result.state === 'failed') counts.failed.push(failure(test.fullName, result.errors))
        else counts.skipped.push({ name: test.fullName, reason: result.note ?? 'no reason was given' })
      }
      // A file that could not be loaded has no tests to count.
      if (module.errors().length > 0) counts.failed.push(failure(module.moduleId, module.errors()))
    }
    for (const error of unhandledErrors) {
      // Vitest marks an error that nobody handled with the file and the test that ran at that time.
      const where = [error.VITEST_TEST_PATH, error.VITEST_TEST_NAME].filter(Boolean).join(' > ')
      counts.failed.push(failure(`not handled${where === '' ? '' : `, while ${where} ran`}`, [error]))
    }
    const file = process.env.STRATA_REPORT
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
  }
}

function failure(name, errors) {
  return { name, reason: errors?.[0]?.stack ?? errors?.[0]?.message ?? 'no reason was given' }
}
