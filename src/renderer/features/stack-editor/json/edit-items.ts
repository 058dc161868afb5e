import type { JsonArray, JsonObject } from './json-node.ts'
import { dedentLines, indentLines, isFlatText, type JsonText, LINE_WIDTH, printLines } from './print-json.ts'
import { indentAt, lineStart, splice } from './text-lines.ts'

/**
 * Inserts an item (a member or an element) before the one at `index`, in the way its neighbours are written: on a line
 * of its own, or on theirs while that stays short. The others are laid out anew only when one line has to become many.
 */
export function insertItem(
  text: string,
  container: JsonObject | JsonArray,
  index: number,
  item: JsonText,
): string {
  const items = itemsOf(container)
  const first = items[0]
  if (first === undefined) return fillEmpty(text, container, item)
  const isSpread = text.slice(container.from, first.from).includes('\n')
  if (!isSpread && !fitsOnLine(text, container, item)) return spread(text, container, index, item)
  const gap = isSpread ? `\n${indentAt(text, first.from)}` : ' '
  const shown = indentLines(item, indentAt(text, first.from))
  const before = items[index - 1]
  return before === undefined
    ? splice(text, first.from, first.from, `${shown},${gap}`)
    : splice(text, before.to, before.to, `,${gap}${shown}`)
}

/** Removes the item at `index` with its comma and the blanks that led to it. */
export function removeItem(text: string, container: JsonObject | JsonArray, index: number): string {
  const items = itemsOf(container)
  const [before, item, after] = [items[index - 1], items[index], items[index + 1]]
  if (item === undefined) return text
  if (after !== undefined) return splice(text, item.from, after.from, '')
  if (before !== undefined) return splice(text, before.to, item.to, '')
  return splice(text, container.from, container.to, brackets(container).join(''))
}

function fillEmpty(text: string, container: JsonObject | JsonArray, item: JsonText): string {
  if (!fitsOnLine(text, container, item)) return spread(text, container, 0, item)
  const [open, close] = brackets(container)
  const blank = container.type === 'object' ? ' ' : ''
  return splice(text, container.from, container.to, `${open}${blank}${item}${blank}${close}`)
}

function spread(text: string, container: JsonObject | JsonArray, index: number, item: JsonText): string {
  const base = indentAt(text, container.from)
  const shown = itemsOf(container).map(({ from, to }) => dedentLines(text.slice(from, to), base))
  const lines = printLines(brackets(container)[0], shown.toSpliced(index, 0, item), brackets(container)[1])
  return splice(text, container.from, container.to, indentLines(lines, base))
}

function fitsOnLine(text: string, container: JsonObject | JsonArray, item: JsonText): boolean {
  const used = container.to - lineStart(text, container.from)
  return isFlatText(item) && used + item.length + 2 <= LINE_WIDTH
}

function itemsOf(container: JsonObject | JsonArray) {
  return container.type === 'object' ? container.members : container.elements
}

function brackets(container: JsonObject | JsonArray): readonly [string, string] {
  return container.type === 'object' ? ['{', '}'] : ['[', ']']
}
