/** As many control characters in a row are shown as one sign. */
const LONG_RUN = 16

/** Long runs of control characters. */
export const INVISIBLE_RUNS = new RegExp(
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f]{${LONG_RUN},}`,
  'g',
)

/** Control characters, bidirectional controls, and characters without a width. Tabs and line breaks are seen. */
export const INVISIBLE =
  // biome-ignore format: one line reads better
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]/g

/**
 * The most unseen characters outside of long runs in a text that is shown with a sign for each. Editors need a time
 * that grows with the square of the signs in a line.
 */
const MAX_SIGNS = 10_000

/** Whether each unseen character of a text can have a sign. */
export function canShowInvisible(text: string): boolean {
  // A carriage return before a line feed is a line break.
  const outside = text.replaceAll(INVISIBLE_RUNS, '').replaceAll('\r\n', '\n').matchAll(INVISIBLE)
  for (let count = 0; count <= MAX_SIGNS; count++) if (outside.next().done === true) return true
  return false
}
