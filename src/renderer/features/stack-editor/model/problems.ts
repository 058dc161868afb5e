import type { Problem } from '../../../../shared/procedures/stacks.ts'
import {
  childAt,
  formatPath,
  type JsonNode,
  type JsonPath,
  memberOf,
  parsePath,
  stringOf,
  valueOf,
} from '../json/json-tree.ts'
import type { Draft, Reading } from './draft.ts'
import { nodeOf, propertiesOf, type StackNode, walk } from './stack-node.ts'

type Severity = 'error' | 'warning'

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
function placeProblem(
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
function placeSyntaxError(message: string, offset: number, text: string): PlacedProblem {
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

interface KnownProblems {
  /** What the host finds wrong. */
  readonly found: readonly Problem[]
  /** Why the host could not open the stack. */
  readonly refused: Problem | undefined
  /** The stack that runs; absent for one that was never opened. */
  readonly running: StackNode | undefined
}

/** Everything to be said about a draft, errors before warnings. While it is no JSON, only that matters. */
export function allProblems(
  { text, error, good }: Draft,
  stack: StackNode | undefined,
  { found, refused, running }: KnownProblems,
): readonly PlacedProblem[] {
  if (error !== undefined) return [placeSyntaxError(error.message, error.offset, text)]
  if (good === undefined) return []
  const errors = unlike(found, refused)
  return [
    ...errors.map(problem => placeProblem(problem, 'error', good, stack)),
    ...[...ownChecks(good.root, stack), ...placementChanges(running, stack)].map(problem =>
      placeProblem(problem, 'warning', good, stack),
    ),
  ]
}

/** The refusal comes first, unless it is one of those found before. */
function unlike(found: readonly Problem[], refused: Problem | undefined): readonly Problem[] {
  if (refused === undefined) return found
  const isKnown = found.some(
    ({ path, message }) => path === refused.path && refused.message.endsWith(message),
  )
  return isKnown ? found : [refused, ...found]
}

/** What is most likely a slip although the document could be opened. */
function ownChecks(document: JsonNode | undefined, stack: StackNode | undefined): readonly Problem[] {
  return [...(document === undefined ? [] : namesGivenTwice(document, [])), ...foldersUsedTwice(stack)]
}

/** JSON lets a name be given twice, and readers take the last: what the first says is lost without a word. */
function namesGivenTwice(node: JsonNode, path: JsonPath): readonly Problem[] {
  if (node.type === 'array')
    return node.elements.flatMap((item, index) => namesGivenTwice(item, [...path, index]))
  if (node.type !== 'object') return []
  const names = node.members.map(member => member.name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const here = [...twice].map(name => ({
    path: formatPath([...path, name]),
    message: 'it is given more than once; the last one counts',
  }))
  return [...here, ...node.members.flatMap(({ name, value }) => namesGivenTwice(value, [...path, name]))]
}

function foldersUsedTwice(stack: StackNode | undefined): readonly Problem[] {
  const uses = (stack === undefined ? [] : walk(stack)).flatMap(node =>
    propertiesOf(node.info)
      .filter(({ schema }) => schema['format'] === 'folder-path')
      .map(({ name }) => ({
        path: [...node.path, name],
        folder: stringOf(memberOf(node.json, name)?.value),
      })),
  )
  const byFolder = new Map<string, JsonPath>()
  const problems: Problem[] = []
  for (const { path, folder } of uses) {
    if (folder === undefined || folder === '') continue
    const name = folder.replace(/(?<=.)[/\\]+$/, '')
    const first = byFolder.get(name)
    if (first === undefined) byFolder.set(name, path)
    else problems.push({ path: formatPath(path), message: `the same folder as ${formatPath(first)}` })
  }
  return problems
}

/**
 * Nodes that place keys by their options and the list of their children, and run with others than the draft gives
 * them: what they hold stays where it is, and would no longer be found.
 */
export function placementChanges(
  running: StackNode | undefined,
  draft: StackNode | undefined,
): readonly Problem[] {
  if (running === undefined || draft === undefined) return []
  const before = new Map(walk(running).map(node => [idOf(node), node]))
  return walk(draft).flatMap(node => {
    const was = before.get(idOf(node))
    const field = node.info?.childrenField
    if (was === undefined || field === undefined || node.info?.schema['x-places-keys'] !== true) return []
    if (placementOf(was) === placementOf(node)) return []
    const message =
      'keys stay in the stores that hold them now; those that belong to another one after this change are not ' +
      'found until they are moved there'
    return [{ path: formatPath([...node.path, field]), message }]
  })
}

/** All that decides where the node puts a key. */
function placementOf(node: StackNode): string {
  const options = propertiesOf(node.info).map(({ name, schema }) => {
    const value = memberOf(node.json, name)?.value
    return value === undefined ? schema['default'] : valueOf(value)
  })
  return JSON.stringify([options, node.children.map(child => idOf(child) ?? valueOf(child.json))])
}

function idOf({ json }: StackNode): string | undefined {
  return stringOf(memberOf(json, 'id')?.value)
}
