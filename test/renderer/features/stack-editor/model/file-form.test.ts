import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readFileText,
  writeFileText,
} from '../../../../../src/renderer/features/stack-editor/model/file-form.ts'

describe('file-form', () => {
  it('X1 a file that is saved without an edit stays as it was, byte order mark and line ends included', () => {
    const line = fc.string().map(text => text.replaceAll(/[\r\n]/g, ''))
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom('\n', '\r\n'), fc.array(line), (hasMark, lineEnd, lines) => {
        const file = (hasMark ? '\uFEFF' : '') + lines.map(text => text.replace(/^\uFEFF+/, '')).join(lineEnd)
        const { text, form } = readFileText(file)
        expect(text).not.toContain('\r')
        expect(writeFileText(text, form)).toBe(file)
      }),
    )
  })
})
