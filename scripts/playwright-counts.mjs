import { writeFileSync } from 'node:fs'

/** Writes how many specs passed, which failed with what message, and which were skipped for what reason. */
export default class PlaywrightCounts {
  #suite

  onBegin(_config, suite) {
    this.#suite = suite
  }

  onEnd() {
    const counts = { passed: 0, failed: [], skipped: [] }
    for (const test of this.#suite?.allTests() ?? []) {
      const outcome = test.outcome()
      if (outcome === 'skipped') counts.skipped.push({ name: test.title, reason: reasonOf(test) })
      else if (outcome === 'unexpected') counts.failed.push({ name: test.title, reason: errorOf(test) })
      else counts.passed++
    }
    const file = process.env.STRATA_REPORT
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
  }
}

function reasonOf(test) {
  const annotations = [...test.annotations, ...test.results.flatMap(result => result.annotations ?? [])]
  const skip = annotations.find(annotation => annotation.type === 'skip' || annotation.type === 'fixme')
  return skip?.description ?? 'no reason was given'
}

function errorOf(test) {
  return test.results.at(-1)?.error?.stack ?? 'no reason was given'
}
