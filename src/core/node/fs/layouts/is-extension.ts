const EXTENSION = /^\.[0-9A-Za-z_-]{1,16}$/

/** Whether names of values may end so: whatever it ends stays a name, and tells values from folders. */
export function isExtension(text: string): boolean {
  return EXTENSION.test(text)
}
