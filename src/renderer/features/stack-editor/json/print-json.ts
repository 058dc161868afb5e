/** Columns up to which a value stays on one line. */
export const LINE_WIDTH = 80

export const INDENT = '  '

/** A value's text beginning at column 0: lines after the first carry only the value's own indentation. */
export type JsonText = string

/** Prints a value as the editor writes new ones: small flat values on one line, the rest one item per line. */
export function printJson(value: unknown): JsonText {
  if (Array.isArray(value)) return printArray(value.map(printJson))
  if (typeof value === 'object' && value !== null) {
    return printObject(Object.entries(value).map(([name, item]) => [name, printJson(item)]))
  }
  return JSON.stringify(value)
}

/** Prints a whole document: each of its members begins a line, and it ends with a line break. */
export function printDocument(document: object): string {
  const members = Object.entries(document).map(([name, value]) => memberText(name, printJson(value)))
  return `${members.length === 0 ? '{}' : printLines('{', members, '}')}\n`
}

export function printObject(members: readonly (readonly [string, JsonText])[]): JsonText {
  const isFlat = members.every(([, value]) => isFlatText(value))
  const items = members.map(([name, value]) => memberText(name, value))
  const line = `{ ${items.join(', ')} }`
  if (items.length === 0) return '{}'
  return isFlat && line.length <= LINE_WIDTH ? line : printLines('{', items, '}')
}

export function printArray(items: readonly JsonText[]): JsonText {
  const line = `[${items.join(', ')}]`
  return items.every(isFlatText) && line.length <= LINE_WIDTH ? line : printLines('[', items, ']')
}

export function memberText(name: string, value: JsonText): JsonText {
  return `${JSON.stringify(name)}: ${value}`
}

/** Puts each item on a line of its own between the brackets. */
export function printLines(open: string, items: readonly JsonText[], close: string): JsonText {
  return `${open}\n${items.map(item => INDENT + indentLines(item, INDENT)).join(',\n')}\n${close}`
}

/** Adds `indent` to every line but the first. */
export function indentLines(text: JsonText, indent: string): string {
  return indent === '' ? text : text.replaceAll('\n', `\n${indent}`)
}

/** Takes `indent` from every line but the first; a line that is indented less loses what it has. */
export function dedentLines(text: string, indent: string): JsonText {
  if (indent === '') return text
  return text.replaceAll(/\n[ \t]*/g, line =>
    line.startsWith(indent, 1) ? `\n${line.slice(1 + indent.length)}` : '\n',
  )
}

/** Whether a value's or a member's text holds no container with something in it. */
export function isFlatText(text: JsonText): boolean {
  return !/^(?:"(?:[^"\\]|\\.)*": )?(?:\{[^}]|\[[^\]])/.test(text)
}
