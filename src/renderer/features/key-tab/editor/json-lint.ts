import { json } from '@codemirror/lang-json'
import { linter, lintGutter } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { findJsonProblem } from '../model/json-check.ts'
import { JSON_CHECK_LIMIT } from '../model/value-facts.ts'

/** A mistake in the JSON, in words and by place. */
export interface JsonMistake {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number
  readonly message: string
}

/** Colours JSON and marks its first mistake. @param report Called after each check. */
export function jsonSupport(report: (mistake: JsonMistake | undefined) => void): Extension {
  const check = linter(
    view => {
      const { doc } = view.state
      const problem = doc.length > JSON_CHECK_LIMIT ? undefined : findJsonProblem(doc.toString())
      if (problem === undefined) {
        report(undefined)
        return []
      }
      const line = doc.lineAt(problem.from)
      report({ line: line.number, column: problem.from - line.from + 1, message: problem.message })
      return [{ ...problem, severity: 'error' }]
    },
    { delay: 250 },
  )
  return [json(), check, lintGutter()]
}
