/** How a file is written apart from its text: what an editor with plain line breaks has to put back when it saves. */
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
