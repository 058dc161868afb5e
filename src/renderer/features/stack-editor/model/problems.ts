import type { Problem } from '../../../../shared/procedures/stacks.ts'
import {
  childAt,
  elementsOf,
  formatPath,
  type JsonNode,
  type JsonPath,
  memberOf,
  membersOf,
  parsePath,
  rangeOf,
  stringOf,
  type TextRange,
  valueOf,
} from '../json/json-tree.ts'
import type { Draft, Reading } from './draft.ts'
import { nodeOf, nodeTitle, propertiesOf, type StackNode, walk } from './stack-node.ts'

type Severity = 'error' | 'warning'

/** A problem, and every place where it is shown. */
export interface PlacedProblem {
  /** A warning does not prevent the stack from opening. */
  readonly severity: Severity
  readonly message: string
  /** As reported by the host; `''` for the document as a whole. */
  readonly path: string
  /** The node that has the problem; absent if it is the document itself. */
  readonly node: StackNode | undefined
  /** The member of the node or document that has the problem; absent if it is the node as a whole. */
  readonly field: string | undefined
  /** The range of the text to mark. */
  readonly from: number
  readonly to: number
}

/** Finds where to show a problem of a text that is valid JSON. */
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
    message: problem.message,
    path: problem.path,
    node,
    field: typeof step === 'string' && !isHeld ? step : undefined,
    from: Math.min(marked.from, text.length),
    to: Math.min(marked.to, text.length),
  }
}

/** Finds where to show a syntax error: only its offset in the text is known. */
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

/** The value at the path. For an object, which may be many lines long, the range of its `kind`. */
function markedNode(root: JsonNode, path: JsonPath): TextRange {
  let node = root
  for (const step of path) {
    const next = childAt(node, step)
    if (next === undefined) break
    node = next
  }
  const kind = memberOf(node, 'kind')
  if (kind !== undefined) return { from: kind.nameRange.from, to: rangeOf(kind.value).to }
  const { from, to } = rangeOf(node)
  return { from, to: node.children === undefined ? to : from + 1 }
}

interface KnownProblems {
  /** Problems reported by the host. */
  readonly found: readonly Problem[]
  /** Why the host could not open the stack. */
  readonly refused: Problem | undefined
  /** The running stack; absent if it was never opened. */
  readonly running: StackNode | undefined
}

/** All problems of a draft, errors first. While the text is not valid JSON, only the syntax error. */
export function allProblems(
  { text, error, valid }: Draft,
  stack: StackNode | undefined,
  { found, refused, running }: KnownProblems,
): readonly PlacedProblem[] {
  if (error !== undefined) return [placeSyntaxError(error.message, error.offset, text)]
  if (valid === undefined) return []
  const errors = unlike(found, refused)
  return [
    ...errors.map(problem => placeProblem(problem, 'error', valid, stack)),
    ...[...ownChecks(valid.root, stack), ...placementChanges(running, stack)].map(problem =>
      placeProblem(problem, 'warning', valid, stack),
    ),
  ]
}

/** Puts the refusal first, unless it repeats one of the found problems. */
function unlike(found: readonly Problem[], refused: Problem | undefined): readonly Problem[] {
  if (refused === undefined) return found
  const isKnown = found.some(
    ({ path, message }) => path === refused.path && refused.message.endsWith(message),
  )
  return isKnown ? found : [refused, ...found]
}

/** Checks for likely mistakes in a document that could be opened. */
function ownChecks(document: JsonNode | undefined, stack: StackNode | undefined): readonly Problem[] {
  return [...(document === undefined ? [] : namesGivenTwice(document, [])), ...foldersUsedTwice(stack)]
}

/** JSON allows repeated names, and parsers silently ignore all but the last. */
function namesGivenTwice(node: JsonNode, path: JsonPath): readonly Problem[] {
  if (node.type === 'array')
    return elementsOf(node).flatMap((item, index) => namesGivenTwice(item, [...path, index]))
  const members = membersOf(node)
  const names = members.map(member => member.name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const here = [...twice].map(name => ({
    path: formatPath([...path, name]),
    message: 'this name is repeated; only the last one counts',
  }))
  return [...here, ...members.flatMap(({ name, value }) => namesGivenTwice(value, [...path, name]))]
}

function foldersUsedTwice(stack: StackNode | undefined): readonly Problem[] {
  const uses = (stack === undefined ? [] : walk(stack)).flatMap(node =>
    propertiesOf(node.info)
      .filter(({ schema }) => schema['format'] === 'folder-path')
      .map(({ name }) => ({
        node,
        path: [...node.path, name],
        folder: stringOf(memberOf(node.json, name)?.value),
      })),
  )
  const byFolder = new Map<string, StackNode>()
  const problems: Problem[] = []
  for (const { path, folder, node } of uses) {
    if (folder === undefined || folder === '') continue
    const name = folder.replace(/(?<=.)[/\\]+$/, '')
    const first = byFolder.get(name)
    if (first === undefined) byFolder.set(name, node)
    else
      problems.push({ path: formatPath(path), message: `the same folder as that of "${nodeTitle(first)}"` })
  }
  return problems
}

/**
 * Warns about nodes that place keys by their options and children, if the draft changes these: only the plan of the
 * change shows which keys move.
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
      'keys may belong to another of these stores after this change; the plan says how many, and asks whether ' +
      'to move them'
    return [{ path: formatPath([...node.path, field]), message }]
  })
}

/** Everything that decides where the node puts a key. */
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
