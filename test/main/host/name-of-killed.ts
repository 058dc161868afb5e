import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { nextTempName } from '../../../src/core/node/fs/owned-name.ts'

/** The name of a temporary file of a process that has ended. */
export async function nameOfKilled(): Promise<string> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  child.kill('SIGKILL')
  await once(child, 'exit')
  return nextTempName().replace(`-${process.pid}-`, `-${child.pid}-`)
}
