import type { Problem } from '../../../../shared/procedures/stacks.ts'
import { childAt, type JsonNode, memberOf } from '../json/json-node.ts'
import { parsePath } from '../json/json-path.ts'
import type { Reading } from './draft.ts'
import { nodeOf, type StackNode } from './stack-node.ts'

export type Severity = 'error' | 'warning'

/** A problem with every place where it is shown. */
export interface PlacedProblem {
  /** A warning does not keep the stack from opening. */
  readonly severity: Severity
  readonly message: string
  /** As the host spells it; `''` for the document as a whole. */
  readonly path: string
  /** The node it belongs to; absent for one of the document itself. */
  readonly node: StackNode | undefined
  /** The member of the node, or of the document, that is wrong; absent when it is the whole of it. */
  readonly field: string | undefined
  /** The stretch of text to mark. */
  readonly from: number
  readonly to: number
}

/** Finds the places of a problem that was found in a text that is valid JSON. */
export function placeProblem(
  problem: Problem,
  severity: Severity,
  { text, root }: Reading,
  stack: StackNode | undefined,
): PlacedProblem {
  const path = parsePath(problem.path)
  const node = nodeOf(stack, path)
  const [step] = path.slice(node?.path.length ?? 0)
  const isHeld = step !== undefined && step === node?.info?.childrenField
  const marked = markedNode(root, path)
  return {
    severity,
    message: withoutPath(problem),
    path: problem.path,
    node,
    field: typeof step === 'string' && !isHeld ? step : undefined,
    from: Math.min(marked.from, text.length),
    to: Math.min(marked.to, text.length),
  }
}

/** Places a problem of a text that is no JSON: all that is known is where reading it stopped. */
export function placeSyntaxError(message: string, offset: number, text: string): PlacedProblem {
  const to = Math.min(text.length, offset + 1)
  return {
    severity: 'error',
    message,
    path: '',
    node: undefined,
    field: undefined,
    from: Math.max(0, to - 1),
    to,
  }
}

/** The value at the path; when it is missing, the kind of the last node on the way, as an object is many lines long. */
function markedNode(root: JsonNode, path: ReturnType<typeof parsePath>): { from: number; to: number } {
  let node = root
  for (const step of path) {
    const next = childAt(node, step)
    if (next === undefined) break
    node = next
  }
  if (node.type === 'object') return memberOf(node, 'kind') ?? { from: node.from, to: node.from + 1 }
  return node.type === 'array' ? { from: node.from, to: node.from + 1 } : node
}

/** Errors begin with their path, which is said beside them wherever they are shown. */
function withoutPath({ path, message }: Problem): string {
  const start = `${path}: `
  return path !== '' && message.startsWith(start) ? message.slice(start.length) : message
}
