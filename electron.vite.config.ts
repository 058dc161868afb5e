import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { clients } from './scripts/clients.mjs'
import { workerFiles } from './scripts/worker-files.mjs'

const at = (path: string): string => resolve(import.meta.dirname, path)

/** The main process runs in Electron, the web shell in any Node that Strata supports. */
const NODE = 'node20.19'

/** Where the page is served from in development. The page itself is told, since it comes by way of a shell. */
const DEVELOPMENT = { host: '127.0.0.1', port: 5273 } as const

export default defineConfig({
  main: {
    plugins: [workerFiles()],
    build: {
      target: NODE,
      sourcemap: true,
      rolldownOptions: {
        external: [...clients],
        input: {
          index: at('src/main/index.ts'),
          start: at('src/main/start.ts'),
          serve: at('src/main/serve.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is one CommonJS file and can load nothing but Electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    build: {
      rolldownOptions: { input: at('src/renderer/index.html') },
      // Small files in `data:` addresses would be scripts and fonts that the policy refuses.
      assetsInlineLimit: 0,
      minify: true,
      // It comes from this machine; what it may weigh is held by a benchmark.
      chunkSizeWarningLimit: 1000,
      modulePreload: { polyfill: false },
    },
    server: {
      ...DEVELOPMENT,
      strictPort: true,
      hmr: { protocol: 'ws', host: DEVELOPMENT.host, clientPort: DEVELOPMENT.port },
    },
  },
})
