import { join } from 'node:path'
import { callerDirectory } from '../application.ts'
import { runCommand } from '../run-command.ts'
import { runWebShell } from './run-web-shell.ts'

const applicationDirectory = join(import.meta.dirname, '..', '..')
const isDevelopment = import.meta.env.MODE === 'development'

await runCommand(callerDirectory(applicationDirectory, process.cwd(), process.env), async commandLine => {
  await runWebShell({
    applicationDirectory,
    commandLine,
    developmentServer: isDevelopment ? process.env['STRATA_DEVELOPMENT_SERVER'] : undefined,
    token: isDevelopment ? process.env['STRATA_DEVELOPMENT_TOKEN'] : undefined,
  })
  return 0
})
