import type { Plugin } from 'vite'

export function workerFiles(): Plugin

/** Bundles a worker for Node, once a process. @returns The path of the bundle. */
export function bundleWorker(file: string): Promise<string>
