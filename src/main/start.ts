import { applicationDirectory, callerDirectory } from './application.ts'
import { runCommand } from './command-line.ts'
import { findAppBrowser } from './start/app-window.ts'
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
  const isSuperuser = process.platform === 'linux' && process.getuid?.() === 0
  const choice = await chooseShell({
    preference: commandLine.preference,
    hasDisplay: hasDisplay(process.platform, process.env),
    isSuperuser,
    findElectron: obtainElectron,
    findBrowser: findAppBrowser,
  })
  if (choice.shell === 'electron') {
    const code = await runElectron(choice.executable, electronArguments(application, commandLine))
    if (code !== 0)
      console.error(`Electron ended with code ${code}. \`npm start -- --browser\` works without it.`)
    return code
  }
  const because = choice.reason === undefined ? '' : `: ${choice.reason}`
  if (choice.shell === 'window') {
    const { browser } = choice
    console.log(`Strata opens a window of ${browser.name}${because}. \`npm start -- --browser\` opens a tab.`)
    if (isSuperuser) console.log(`As root, ${browser.name} runs without its sandbox.`)
    await runWebShell({ application, commandLine, window: { browser, isSuperuser } })
    return 0
  }
  if (because !== '') console.log(`Strata serves its window to a browser${because}.`)
  await runWebShell({ application, commandLine })
  return 0
})

async function obtainElectron(): Promise<string | undefined> {
  const directory = electronPackage()
  if (directory === undefined) return undefined
  const executable = await findElectron(directory)
  if (executable !== undefined) return executable
  console.log('Downloading Electron, once. `npm start -- --browser` works without it.')
  return (await fetchElectron(directory)) ? findElectron(directory) : undefined
}
