import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/* A folder as documented and written by go-ds-flatfs, with code that is independent of the tested code. */

/** The folder of a name by `next-to-last/2`. */
export function directoryByGo(name: string): string {
  const text = `___${name}`
  const offset = text.length - 2 - 1
  return text.slice(offset, offset + 2)
}

/** Names and their folders, the first one from the README that Kubo writes. */
export const blocks: Readonly<Record<string, string>> = {
  AFKREIA22FLID5AJ2KU7URG47MDLROZIH6YF2KALU2PWEFPVI37YLKRSCA: 'SC',
  CIQFTFEEHEDF6KLBT32BFAGLXEZL4UWFNWM4LFTLMXQBCERZ6CMLX3Y: 'X3',
  'FOO=BAR': 'BA',
  A: '__',
  AB: '_A',
  ABC: 'AB',
}

export async function makeFlatfs(root: string): Promise<void> {
  await mkdir(join(root, '.temp'), { recursive: true })
  await writeFile(join(root, 'SHARDING'), '/repo/flatfs/shard/v1/next-to-last/2\n')
  await writeFile(join(root, '_README'), 'This is a repository of IPLD objects.\n', { mode: 0o444 })
  await writeFile(join(root, 'diskUsage.cache'), '{"diskUsage":4096,"accuracy":"initial-exact"}\n')
  await writeFile(join(root, '.temp', 'temp-123456'), 'half a value')
  for (const [name, directory] of Object.entries(blocks)) {
    await mkdir(join(root, directory), { recursive: true })
    await writeFile(join(root, directory, `${name}.data`), `value of ${name}`)
  }
  await writeFile(join(root, 'SC', 'put-987654'), 'left by an older release')
}

/** Every value, listed and read like go-ds-flatfs does: a file in the wrong folder is not found. */
export async function readFlatfs(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const directory of await readdir(root, { withFileTypes: true })) {
    if (!directory.isDirectory() || directory.name.startsWith('.')) continue
    for (const file of await readdir(join(root, directory.name))) {
      const name = file.slice(0, -'.data'.length)
      if (file.endsWith('.data') && directoryByGo(name) === directory.name) {
        found[name] = await readFile(join(root, directory.name, file), 'utf8')
      }
    }
  }
  return found
}
