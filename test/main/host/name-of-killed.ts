import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { nextTempName } from '../../../src/core/node/fs/owned-name.ts'

/** A name for a temporary file, as a process would have given it that has ended by now. */
export async function nameOfKilled(): Promise<string> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  child.kill('SIGKILL')
  await once(child, 'exit')
  return nextTempName().replace(`-${process.pid}-`, `-${child.pid}-`)
}
