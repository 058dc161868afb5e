import { splice } from '../json/edit-json.ts'
import { type JsonNode, type JsonPath, JsonSyntaxError, parseJson } from '../json/json-tree.ts'

/** How many steps can be undone. */
const MAX_STEPS = 1000

/** Edits of one group are undone together if they are at most this many milliseconds apart. */
const GROUP_MS = 1500

/** A text that is valid JSON, and its syntax tree. */
export interface Reading {
  readonly text: string
  readonly root: JsonNode
}

interface Step {
  readonly change: TextChange
  /** The nodes selected before and after the step. */
  readonly from: JsonPath
  readonly to: JsonPath
  readonly group: string | undefined
  readonly at: number
}

/**
 * A stack document being edited. Its state is the text. Tree and form show `valid`, the last text that was valid JSON,
 * and can edit only while the current text is valid (`error` is absent).
 */
export interface Draft {
  readonly text: string
  readonly error: JsonSyntaxError | undefined
  readonly valid: Reading | undefined
  /** The selected node, as a path in the document. */
  readonly selected: JsonPath
  readonly past: readonly Step[]
  readonly future: readonly Step[]
}

interface Edit {
  readonly text: string
  /** The node to select afterwards; the same one when absent. */
  readonly select?: JsonPath | undefined
  /** Edits of one group in quick succession are undone together. */
  readonly group?: string | undefined
  /** When, in milliseconds. */
  readonly at: number
}

export const ROOT_PATH: JsonPath = ['root']

export function openDraft(text: string): Draft {
  return { ...read(text, undefined), selected: ROOT_PATH, past: [], future: [] }
}

export function editDraft(draft: Draft, { text, select = draft.selected, group, at }: Edit): Draft {
  const change = changeBetween(draft.text, text)
  if (change === undefined) return selectNode(draft, select)
  const last = draft.past.at(-1)
  const isSame = group !== undefined && last?.group === group && at - last.at < GROUP_MS
  const past = isSame
    ? mergeStep(draft, last, text, { to: select, at })
    : [...draft.past, { change, from: draft.selected, to: select, group, at }].slice(-MAX_STEPS)
  return { ...read(text, draft.valid), selected: select, past, future: [] }
}

export function undo(draft: Draft): Draft {
  const step = draft.past.at(-1)
  if (step === undefined) return draft
  return {
    ...read(applyChange(draft.text, invertChange(step.change)), draft.valid),
    selected: step.from,
    past: draft.past.slice(0, -1),
    future: [...draft.future, step],
  }
}

export function redo(draft: Draft): Draft {
  const step = draft.future.at(-1)
  if (step === undefined) return draft
  return {
    ...read(applyChange(draft.text, step.change), draft.valid),
    selected: step.to,
    past: [...draft.past, { ...step, group: undefined }],
    future: draft.future.slice(0, -1),
  }
}

export function selectNode(draft: Draft, selected: JsonPath): Draft {
  return selected === draft.selected ? draft : { ...draft, selected }
}

/** Makes the next edit a separate undo step, regardless of its group. */
export function endGroup(draft: Draft): Draft {
  const last = draft.past.at(-1)
  if (last?.group === undefined) return draft
  return { ...draft, past: [...draft.past.slice(0, -1), { ...last, group: undefined }] }
}

function read(text: string, lastValid: Reading | undefined): Pick<Draft, 'text' | 'error' | 'valid'> {
  try {
    return { text, error: undefined, valid: { text, root: parseJson(text) } }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return { text, error, valid: lastValid }
  }
}

/** Extends the last step to end at `text`; drops it if that is the text it started from. */
function mergeStep(draft: Draft, last: Step, text: string, end: Pick<Step, 'to' | 'at'>): readonly Step[] {
  const start = applyChange(draft.text, invertChange(last.change))
  const change = changeBetween(start, text)
  const rest = draft.past.slice(0, -1)
  return change === undefined ? rest : [...rest, { ...last, ...end, change }]
}

/** Replaces `removed` at `from` by `inserted`. */
interface TextChange {
  readonly from: number
  readonly removed: string
  readonly inserted: string
}

/** The smallest single change from one text to the other; undefined when they are equal. */
export function changeBetween(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before[from] === after[from]) from++
  let tail = 0
  while (tail < shorter - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  return {
    from,
    removed: before.slice(from, before.length - tail),
    inserted: after.slice(from, after.length - tail),
  }
}

export function applyChange(text: string, { from, removed, inserted }: TextChange): string {
  return splice(text, from, from + removed.length, inserted)
}

export function invertChange({ from, removed, inserted }: TextChange): TextChange {
  return { from, removed: inserted, inserted: removed }
}

/** The line ends and byte order mark of a file, which are restored when it is saved. */
export interface FileForm {
  readonly lineEnd: '\n' | '\r\n'
  readonly hasByteOrderMark: boolean
}

const MARK = '\uFEFF'

export function readFileText(fileText: string): { readonly text: string; readonly form: FileForm } {
  const hasByteOrderMark = fileText.startsWith(MARK)
  const lineEnd = fileText.includes('\r\n') ? '\r\n' : '\n'
  const text = fileText.slice(hasByteOrderMark ? 1 : 0).replaceAll(/\r\n?/g, '\n')
  return { text, form: { lineEnd, hasByteOrderMark } }
}

export function writeFileText(text: string, { lineEnd, hasByteOrderMark }: FileForm): string {
  return (hasByteOrderMark ? MARK : '') + text.replaceAll('\n', lineEnd)
}
