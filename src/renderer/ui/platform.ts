/** Whether the page runs on a Mac, where shortcuts are spelled and held differently. */
export function isMacPlatform(): boolean {
  return typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac')
}
