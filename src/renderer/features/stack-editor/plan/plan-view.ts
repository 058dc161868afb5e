import type { Decisions, StackPlanInfo } from '../../../../shared/procedures/sessions.ts'
import { formatNumber } from '../../../ui/text/format.ts'
import { type Field, formFields, sizeOf } from '../form/form-fields.ts'
import { type JsonText, printJson } from '../json/edit-json.ts'
import { memberOf, parseJson, valueOf } from '../json/json-tree.ts'
import { isRecord, type Kinds, nodeTitle, readStack, type StackNode, walk } from '../model/stack-node.ts'
import { idOf } from '../operations/new-node.ts'

type PlannedNode = StackPlanInfo['nodes'][number]

/** One node of a plan. */
export interface PlanLine {
  /** The kind of the node; absent for the stack itself. */
  readonly kind?: string | undefined
  readonly title: string
  /** What the node is, or what has changed. */
  readonly detail: string
  /** What the change does to data of the node. */
  readonly note?: string | undefined
}

/** What happens to keys that belong to another child after the change. */
export type Placement = NonNullable<Decisions['misplaced']>

/** A description of a change of the running stack. */
export interface PlanView {
  readonly opens: readonly PlanLine[]
  readonly changes: readonly PlanLine[]
  readonly stays: readonly PlanLine[]
  readonly closes: readonly PlanLine[]
  /** Sentences, one for each node whose values are lost. */
  readonly lost: readonly string[]
  /** The number of lost values; `undefined` if a node cannot count them. */
  readonly lostValues: number | undefined
  /** Says which copies are dropped, and that their values remain. */
  readonly dropped: string | undefined
  /** Sentences, one for each node that serves values of other data. */
  readonly stale: readonly string[]
  /** Sentences, one for each node whose keys belong to another child. */
  readonly misplaced: readonly string[]
  readonly misplacedKeys: number
}

/** Describes a plan in the words of the tree and the forms. */
export function planView(plan: StackPlanInfo, kinds: Kinds): PlanView {
  const before = nodesOf(plan.running, kinds)
  const after = nodesOf(plan.document, kinds)
  const notes = notesOf(plan)
  const lines = (fates: readonly PlannedNode['fate'][], detail: (node: PlannedNode) => string | undefined) =>
    plan.nodes.flatMap(node => {
      const details = fates.includes(node.fate) ? detail(node) : undefined
      return details === undefined
        ? []
        : [{ kind: node.kind, title: node.label, detail: details, note: notes.get(node.id) }]
    })
  const renamed = ({ id }: PlannedNode) => labelChange(before.get(id), after.get(id))
  const changed = ({ id }: PlannedNode) => differences(before.get(id), after.get(id))
  const staying = plan.nodes.filter(node => isKept(node) && renamed(node) === undefined)
  const isNamedTwice = ({ label }: PlannedNode) => staying.filter(other => other.label === label).length > 1
  return {
    opens: lines(['new'], ({ id }) => describe(after.get(id))),
    changes: [...nameChange(plan), ...lines(['changed'], changed), ...lines(KEPT, renamed)],
    stays: staying.map(node => ({
      kind: node.kind,
      title: node.label,
      detail: isNamedTwice(node) ? describe(after.get(node.id)) : '',
    })),
    closes: lines(['gone'], ({ id }) => describe(before.get(id))),
    lost: plan.lost.map(
      ({ entries, label }) => `${values(entries)} that only memory holds would be gone, in ${label}.`,
    ),
    lostValues: total(plan.lost.map(({ entries }) => entries)),
    dropped: droppedCopies(plan),
    stale: plan.stale.map(
      ({ label }) => `${label} holds values that may differ from those below it, and would serve them.`,
    ),
    misplaced: plan.misplaced.map(({ id, label, keys, of }) => {
      const child = after.get(id)?.info?.childrenField?.replace(/s$/, '') ?? 'store'
      const belong = keys === 1 ? 'belongs' : 'belong'
      return `${formatNumber(keys)} of ${count(of, 'key')} in ${label} ${belong} to another ${child} afterwards.`
    }),
    misplacedKeys: total(plan.misplaced.map(({ keys }) => keys)) ?? 0,
  }
}

/** Whether the change loses or hides something. */
export function isHarmful({ lost, stale, misplaced }: PlanView, placement: Placement): boolean {
  return lost.length > 0 || stale.length > 0 || (misplaced.length > 0 && placement === 'leave')
}

/** The label of the button that makes the change: `Apply, lose 3 values and move 121 keys`. */
export function applyLabel(view: PlanView, placement: Placement): string {
  const { lost, lostValues, stale, misplaced, misplacedKeys } = view
  const consequences = [
    lost.length > 0 && (lostValues === undefined ? 'lose values' : `lose ${count(lostValues, 'value')}`),
    stale.length > 0 && 'serve old values',
    misplaced.length > 0 && `${placement === 'move' ? 'move' : 'hide'} ${count(misplacedKeys, 'key')}`,
  ].filter(consequence => consequence !== false)
  const last = consequences.pop()
  return last === undefined ? 'Apply' : `${['Apply', ...consequences].join(', ')} and ${last}`
}

/** The decisions for the harm that the view describes, and for no other. */
export function decisionsOf({ lost, stale, misplaced }: PlanView, placement: Placement): Decisions {
  return {
    ...(lost.length > 0 && { discard: true }),
    ...(stale.length > 0 && { keepStale: true }),
    ...(misplaced.length > 0 && { misplaced: placement }),
  }
}

const KEPT: readonly PlannedNode['fate'][] = ['kept', 'rewired']

function isKept({ fate }: PlannedNode): boolean {
  return KEPT.includes(fate)
}

/** The nodes of a document by id. */
function nodesOf(document: unknown, kinds: Kinds): ReadonlyMap<string, StackNode> {
  const root = readStack(parseJson(printJson(document)), kinds)
  return new Map((root === undefined ? [] : walk(root)).map(node => [idOf(node) ?? '', node]))
}

function notesOf({ lost, dropped, stale, misplaced }: StackPlanInfo): ReadonlyMap<string, string> {
  return new Map([
    ...dropped.map(({ id, entries }) => [id, `drops ${copies(entries)}`] as const),
    ...stale.map(({ id }) => [id, 'old values'] as const),
    ...misplaced.map(({ id, keys }) => [id, `${count(keys, 'key')} elsewhere`] as const),
    ...lost.map(({ id, entries }) => [id, `${values(entries).toLowerCase()} gone`] as const),
  ])
}

function droppedCopies({ dropped }: StackPlanInfo): string | undefined {
  const [first, ...others] = dropped.map(({ label }) => label)
  if (first === undefined) return undefined
  const all = total(dropped.map(({ entries }) => entries))
  const from = [...[first, ...others].slice(0, -2), [first, ...others].slice(-2).join(' and ')].join(', ')
  return `The ${all === undefined ? 'copies' : copies(all)} dropped from ${from} ${all === 1 ? 'is of a value that another store holds' : 'are of values that other stores hold'}.`
}

function copies(entries: number | undefined): string {
  if (entries === undefined) return 'its copies'
  return entries === 1 ? '1 copy' : `${formatNumber(entries)} copies`
}

function nameChange({ running, document }: StackPlanInfo): readonly PlanLine[] {
  const nameOf = (one: unknown) => (isRecord(one) ? (one['name'] as string | undefined) : undefined) ?? 'none'
  const [before, after] = [nameOf(running), nameOf(document)]
  return before === after ? [] : [{ title: 'Name of the stack', detail: `${before} → ${after}` }]
}

function labelChange(before: StackNode | undefined, after: StackNode | undefined): string | undefined {
  if (before === undefined || after === undefined || nodeTitle(before) === nodeTitle(after)) return undefined
  return `renamed from ${nodeTitle(before)}`
}

/** The differences of a node that is opened again. */
function differences(before: StackNode | undefined, after: StackNode | undefined): string {
  if (before === undefined || after === undefined) return 'opens again'
  if (before.kind !== after.kind) return `${kindOf(before)} → ${kindOf(after)}`
  const own = [
    labelChange(before, after),
    ...formFields(after.info).map(field => optionChange(field, before, after)),
    childrenChange(before, after),
  ].filter(part => part !== undefined)
  if (own.length > 0) return own.join(', ')
  return after.children.length === 0 ? 'opens again, empty' : 'opens again, because what is below it changes'
}

function optionChange(field: Field, before: StackNode, after: StackNode): string | undefined {
  const [old, now] = [optionOf(before, field), optionOf(after, field)]
  if (old === now) return undefined
  if (field.words === undefined)
    return `${field.label}: ${optionText(field, old)} → ${optionText(field, now)}`
  if (old === undefined || now === undefined) return `${optionWords(field, old)} → ${optionWords(field, now)}`
  return filled(field.words, `${optionText(field, old)} → ${optionText(field, now)}`)
}

function childrenChange(before: StackNode, after: StackNode): string | undefined {
  const textsOf = ({ children }: StackNode, textOf: (node: StackNode) => string | undefined) =>
    children.map(child => textOf(child) ?? '')
  const [oldCount, newCount] = [before.children.length, after.children.length]
  if (oldCount !== newCount) return `${oldCount} → ${newCount} ${after.info?.childrenField ?? 'stores'}`
  const [oldKeys, newKeys] = [textsOf(before, keyOf).join(', '), textsOf(after, keyOf).join(', ')]
  if (oldKeys !== newKeys) return `at ${oldKeys} → ${newKeys}`
  const [oldIds, newIds] = [textsOf(before, idOf), textsOf(after, idOf)]
  if (oldIds.every((id, index) => id === newIds[index])) return undefined
  const titles = textsOf(after, nodeTitle).join(', ')
  return oldIds.every(id => newIds.includes(id)) ? `in another order: ${titles}` : `over others: ${titles}`
}

/** What a node is: its key, its kind if it has a label, and its options. */
function describe(node: StackNode | undefined): string {
  if (node === undefined) return ''
  const options = formFields(node.info)
    .filter(({ name }) => memberOf(node.json, name) !== undefined)
    .map(field => optionWords(field, optionOf(node, field)))
  const kind = node.label ? kindOf(node) : undefined
  return [keyOf(node), kind, ...options].filter(part => part !== undefined && part !== '').join(' · ')
}

function kindOf({ info, kind }: StackNode): string {
  return info?.label ?? kind ?? 'no kind'
}

function keyOf({ slot }: StackNode): string | undefined {
  return slot?.type === 'keyed' ? String(slot.step) : undefined
}

/** The value that applies, as JSON. */
function optionOf({ json }: StackNode, field: Field): JsonText | undefined {
  const value = memberOf(json, field.name)?.value
  return value === undefined ? field.default : printJson(valueOf(value))
}

/** An option described on its own: `at most 20 entries`, `data/shard-c`, `Read only: yes`. */
function optionWords(field: Field, value: JsonText | undefined): string {
  const text = optionText(field, value)
  if (value === undefined) return text
  if (field.words !== undefined) return filled(field.words, text)
  return value.startsWith('"') ? text : `${field.label}: ${text}`
}

function filled(words: string, text: string): string {
  return words.replace('{}', () => text)
}

/** Longer values are truncated, in UTF-16 code units. */
const MAX_TEXT = 80

function optionText({ control }: Field, value: JsonText | undefined): string {
  if (value === undefined) return 'not set'
  if (control.type === 'choice') {
    const choice = control.choices.find(one => one.value === value)
    if (choice !== undefined) return choice.label
  }
  const read: unknown = JSON.parse(value)
  if (typeof read === 'boolean') return read ? 'yes' : 'no'
  if (typeof read === 'number')
    return sizeOf(control, read) ?? (Number.isSafeInteger(read) ? formatNumber(read) : value)
  const text = typeof read === 'string' ? read : JSON.stringify(read)
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

function values(entries: number | undefined): string {
  return entries === undefined ? 'Values' : count(entries, 'value')
}

function count(number: number, word: string): string {
  return `${formatNumber(number)} ${word}${number === 1 ? '' : 's'}`
}

function total(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce<number | undefined>(
    (sum, number) => (sum === undefined || number === undefined ? undefined : sum + number),
    0,
  )
}
