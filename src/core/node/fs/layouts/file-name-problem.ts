const LONGEST_NAME = 255
const NOT_FOR_WINDOWS = /[<>:"\\|?*\u0000-\u001f]|[. ]$/
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i

/**
 * Why no file can be called `segment`, with `extension` after it; `undefined` where one can.
 * @param platform As `process.platform` names it.
 */
export function fileNameProblem(segment: string, platform: string, extension = ''): string | undefined {
  const shown = JSON.stringify(segment.length > 40 ? `${segment.slice(0, 40)}…` : segment)
  if (segment.includes('\0')) return `no file can be called ${shown}: it holds NUL`
  const size = platform === 'win32' ? segment.length : Buffer.byteLength(segment)
  if (size + extension.length > LONGEST_NAME) return `no file can be called ${shown}: the name is too long`
  if (platform === 'win32' && (NOT_FOR_WINDOWS.test(segment) || WINDOWS_DEVICE.test(segment))) {
    return `no file can be called ${shown} on Windows`
  }
  return undefined
}
