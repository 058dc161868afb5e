import { applicationDirectory, callerDirectory } from './application.ts'
import { runCommand } from './command-line.ts'
import { chooseShell, hasDisplay } from './start/choose-shell.ts'
import {
  electronArguments,
  electronPackage,
  fetchElectron,
  findElectron,
  runElectron,
} from './start/electron-binary.ts'
import { runWebShell } from './web/run-web-shell.ts'

const application = applicationDirectory(import.meta.dirname)

await runCommand(callerDirectory(application, process.cwd(), process.env), async commandLine => {
  const choice = await chooseShell({
    isWeb: commandLine.isWeb,
    hasDisplay: hasDisplay(process.platform, process.env),
    isSuperuser: process.platform === 'linux' && process.getuid?.() === 0,
    findElectron: obtainElectron,
  })
  if (choice.shell === 'electron') {
    const code = await runElectron(choice.executable, electronArguments(application, commandLine))
    if (code !== 0) console.error(`Electron ended with code ${code}. \`npm start -- --web\` does without it.`)
    return code
  }
  if (choice.reason !== undefined) console.log(`Strata serves its window to a browser: ${choice.reason}.`)
  await runWebShell({ application, commandLine })
  return 0
})

async function obtainElectron(): Promise<string | undefined> {
  const directory = electronPackage()
  if (directory === undefined) return undefined
  const executable = await findElectron(directory)
  if (executable !== undefined) return executable
  console.log('Fetching Electron, once. `npm start -- --web` does without it.')
  return (await fetchElectron(directory)) ? findElectron(directory) : undefined
}
