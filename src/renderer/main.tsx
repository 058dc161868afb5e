import './ui/theme.css'
import './ui/base.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { applyRememberedTheme } from './app/use-window-chrome.ts'

applyRememberedTheme()
const root = document.getElementById('root')
if (root === null) throw new Error('The page has no element "root"')
createRoot(root).render(<App />)
