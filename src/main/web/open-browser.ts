import { spawn } from 'node:child_process'

/** The system's own command that opens an address in the default browser. */
export function browserCommand(platform: NodeJS.Platform, address: string): [command: string, ...string[]] {
  if (platform === 'darwin') return ['open', address]
  // `start` is part of a shell, and would read `&` in an address as the end of its command.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address]
  return ['xdg-open', address]
}

/** @returns Whether the browser could be started. Does not wait until it ends; it outlives this process. */
export async function openBrowser(
  address: string,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const [command, ...args] = browserCommand(platform, address)
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  return new Promise(resolve => {
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
    child.once('error', () => resolve(false))
  })
}
