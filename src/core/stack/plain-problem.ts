import type { z } from 'zod'

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

/**
 * What is wrong with an option, and what would be valid, in plain words, for schemas without a message of their own.
 * `undefined` leaves the message to the schema library.
 */
export function plainProblem(issue: z.core.$ZodRawIssue): string | undefined {
  const found = `it is ${printed(issue.input)}`
  switch (issue.code) {
    case 'invalid_type': {
      const type = TYPES[issue.expected] ?? issue.expected
      return issue.input === undefined
        ? `it is missing; it has to be ${type}`
        : `${found}; it has to be ${type}`
    }
    case 'invalid_value': {
      const values = issue.values.map(value => JSON.stringify(value)).join(', ')
      const right = issue.values.length === 1 ? `it has to be ${values}` : `use one of ${values}`
      return issue.input === undefined ? `it is missing; ${right}` : `${found}; ${right}`
    }
    case 'too_small':
      return `${found}; it has to be ${boundOf('at least', 'more than', issue.minimum, issue)}`
    case 'too_big':
      return `${found}; it has to be ${boundOf('at most', 'less than', issue.maximum, issue)}`
    default:
      return undefined
  }
}

function boundOf(
  inclusive: string,
  exclusive: string,
  bound: number | bigint,
  issue: { readonly inclusive?: boolean | undefined; readonly origin: string },
): string {
  const unit = issue.origin === 'string' ? ' characters long' : ''
  return `${issue.inclusive === false ? exclusive : inclusive} ${bound}${unit}`
}

function printed(input: unknown): string {
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object' && input !== null) return 'an object'
  const isJson = input === null || ['string', 'number', 'boolean'].includes(typeof input)
  return isJson ? JSON.stringify(input) : typeof input
}
