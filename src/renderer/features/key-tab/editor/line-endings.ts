import { invertedEffects } from '@codemirror/commands'
import {
  type ChangeDesc,
  type EditorState,
  type Extension,
  RangeSet,
  RangeSetBuilder,
  RangeValue,
  StateEffect,
  StateField,
  type Text,
} from '@codemirror/state'
import { type DecodedText, encodeText, type LineEnding, type TextFormat } from '../model/text-codec.ts'

/** How the bytes of a text differ from its lines joined with `\n`. */
export interface TextShape extends TextFormat {
  /** Line breaks that differ from `ending`. Each mark covers its line break, so that it moves with edits. */
  readonly exceptions: RangeSet<EndingMark>
}

class EndingMark extends RangeValue {
  readonly ending: LineEnding

  constructor(ending: LineEnding) {
    super()
    this.ending = ending
    // Text typed before or after a line break does not extend the mark.
    this.startSide = 1
    this.endSide = -1
  }

  override eq(other: RangeValue): boolean {
    return other instanceof EndingMark && other.ending === this.ending
  }
}

const NONE = RangeSet.of<EndingMark>([])

/** Replaces the shape, for example together with the content. */
export const setShape = StateEffect.define<TextShape>({
  map: (shape, changes) => ({ ...shape, exceptions: shape.exceptions.map(changes) }),
})

const restoreEndings = StateEffect.define<RangeSet<EndingMark>>({
  map: (exceptions, changes) => exceptions.map(changes),
})

const shapeField = StateField.define<TextShape>({
  create: () => ({ hasBom: false, ending: '\n', exceptions: NONE }),
  update(before, transaction) {
    let shape = before
    if (transaction.docChanged && before.exceptions.size > 0) {
      const kept = withoutTouched(before.exceptions, transaction.changes)
      shape = { ...before, exceptions: kept.map(transaction.changes) }
    }
    for (const effect of transaction.effects) {
      if (effect.is(setShape)) shape = effect.value
      if (effect.is(restoreEndings)) shape = { ...shape, exceptions: joined(shape.exceptions, effect.value) }
    }
    return shape
  },
})

/** Restores the endings of line breaks that an undo restores. */
const undoEndings = invertedEffects.of(transaction => {
  const { exceptions } = transaction.startState.field(shapeField)
  if (transaction.effects.some(effect => effect.is(setShape))) {
    return [setShape.of(transaction.startState.field(shapeField))]
  }
  const lost = touched(exceptions, transaction.changes)
  return lost.size === 0 ? [] : [restoreEndings.of(lost)]
})

/** Preserves how each line ends, through edits and undo. New lines get the most frequent ending. */
export function lineEndings(initial: TextShape): Extension {
  return [shapeField.init(() => initial), undoEndings]
}

export function shapeOf(decoded: DecodedText): TextShape {
  const { hasBom, ending } = decoded
  if (decoded.exceptions.size === 0) return { hasBom, ending, exceptions: NONE }
  const builder = new RangeSetBuilder<EndingMark>()
  for (const [position, exception] of decoded.exceptions) {
    builder.add(position, position + 1, new EndingMark(exception))
  }
  return { hasBom, ending, exceptions: builder.finish() }
}

export function currentShape(state: EditorState): TextShape {
  return state.field(shapeField)
}

/** The bytes of a text in a shape. */
export function encodeDocument(document: Text, shape: TextShape): Uint8Array {
  const exceptions = new Map<number, LineEnding>()
  const cursor = shape.exceptions.iter()
  while (cursor.value !== null) {
    exceptions.set(cursor.from, cursor.value.ending)
    cursor.next()
  }
  return encodeText(document.iterLines(), shape, exceptions)
}

export function isSameShape(a: TextShape, b: TextShape): boolean {
  if (a.hasBom !== b.hasBom || a.ending !== b.ending) return false
  return a.exceptions === b.exceptions || RangeSet.eq([a.exceptions], [b.exceptions])
}

/** The marks of line breaks that `changes` delete. */
function touched(exceptions: RangeSet<EndingMark>, changes: ChangeDesc): RangeSet<EndingMark> {
  const builder = new RangeSetBuilder<EndingMark>()
  changes.iterChangedRanges((from, to) => {
    exceptions.between(from, to, (start, end, mark) => {
      if (start < to && end > from) builder.add(start, end, mark)
    })
  })
  return builder.finish()
}

function withoutTouched(exceptions: RangeSet<EndingMark>, changes: ChangeDesc): RangeSet<EndingMark> {
  let kept = exceptions
  changes.iterChangedRanges((from, to) => {
    if (from === to) return
    kept = kept.update({ filterFrom: from, filterTo: to, filter: (start, end) => start >= to || end <= from })
  })
  return kept
}

function joined(a: RangeSet<EndingMark>, b: RangeSet<EndingMark>): RangeSet<EndingMark> {
  const add = []
  const cursor = b.iter()
  while (cursor.value !== null) {
    add.push(cursor.value.range(cursor.from, cursor.to))
    cursor.next()
  }
  return a.update({ add, sort: true })
}
