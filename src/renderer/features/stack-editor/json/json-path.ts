import type { JsonPath, PathStep } from './json-node.ts'

/** `root`, `.tiers`, `[1]` or, for names that are no plain words, `["/a.b"]`. */
const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y
const PLAIN_NAME = /^[\w$-]+$/

/** Spells a path as problems spell it: `root.tiers[1].path`. */
export function formatPath(path: JsonPath): string {
  return path.map((step, index) => formatStep(step, index === 0)).join('')
}

/** Reads `root.tiers[1].path`, as far as the text can be read as a path. */
export function parsePath(text: string): JsonPath {
  const path: PathStep[] = []
  STEP.lastIndex = 0
  for (let match = STEP.exec(text); match !== null; match = STEP.exec(text)) {
    const [, name, index, quoted] = match
    if (name !== undefined) path.push(name)
    else if (index !== undefined) path.push(Number(index))
    else if (quoted !== undefined) path.push(unquote(quoted))
  }
  return path
}

export function isPrefix(prefix: JsonPath, path: JsonPath): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === path[index])
}

function formatStep(step: PathStep, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`
  if (!PLAIN_NAME.test(step)) return `[${JSON.stringify(step)}]`
  return isFirst ? step : `.${step}`
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return text.slice(1, -1)
  }
}
