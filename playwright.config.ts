import { defineConfig } from '@playwright/test'
import { chromiumArguments, findHeadlessChromium } from './scripts/find-chromium.mjs'

const executablePath = findHeadlessChromium()

export default defineConfig({
  testDir: 'test',
  testMatch: ['e2e/**/*.spec.ts', 'e2e-electron/**/*.spec.ts'],
  outputDir: '.cache/playwright',
  fullyParallel: false,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A shared build machine may stall a browser; what fails once and then passes is reported as flaky.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['./scripts/playwright-counts.mjs']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    actionTimeout: 15_000,
    // A trace of every run would take a sixth of the time. Without retries, `--trace on` makes one.
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
    launchOptions: {
      args: chromiumArguments(),
      ...(executablePath !== undefined && { executablePath }),
    },
  },
})
