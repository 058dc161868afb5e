import { applicationDirectory, callerDirectory } from './application.ts'
import { runCommand } from './command-line.ts'
import { runWebShell } from './web/run-web-shell.ts'

const application = applicationDirectory(import.meta.dirname)
const isDevelopment = import.meta.env.MODE === 'development'

await runCommand(callerDirectory(application, process.cwd(), process.env), async commandLine => {
  await runWebShell({
    application,
    commandLine,
    developmentServer: isDevelopment ? process.env['STRATA_DEVELOPMENT_SERVER'] : undefined,
    token: isDevelopment ? process.env['STRATA_DEVELOPMENT_TOKEN'] : undefined,
  })
  return 0
})
