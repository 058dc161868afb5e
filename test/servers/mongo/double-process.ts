import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bundle } from '../../core/node/fs/crash/bundle.ts'

/** A double of a MongoDB server in a process of its own, which shares no thread with its clients. */
export async function startDoubleProcess({ isReplicated = false }: { readonly isReplicated?: boolean } = {}) {
  const program = await bundle(join(import.meta.dirname, 'double-program.ts'), ['mongodb', 'mingo'])
  const child = spawn(process.execPath, [program.file, isReplicated ? 'replicated' : 'alone'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
  return {
    url,
    async stop(): Promise<void> {
      const closed = once(child, 'close')
      child.stdin.end()
      await closed
      await program.remove()
    },
  }
}
