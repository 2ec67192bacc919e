import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const alias = { '@': import.meta.dirname }
const base = { extends: true as const, resolve: { alias } }

/** Unit tests that may share a process, which saves a third of their time: what they test keeps nothing outside of them. */
const SHARING = [
  'app/{components,lib}/**/*.test.{ts,tsx}',
  'server/{cases,domain,measure,observe,topology}/**/*.test.ts',
]

export default defineConfig({
  plugins: [react()],
  test: {
    projects: [
      {
        ...base,
        test: {
          name: 'unit',
          include: ['server/**/*.test.ts', 'app/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
          exclude: SHARING,
          testTimeout: 20_000,
          // By default one less than there are cores; much of it waits for clocks.
          maxWorkers: 4,
        },
      },
      {
        ...base,
        test: {
          name: 'unit-embedded',
          include: ['labs/embedded/**/*.test.ts'],
          testTimeout: 20_000,
          maxWorkers: 4,
        },
      },
      {
        ...base,
        test: {
          name: 'unit-sharing',
          include: SHARING,
          isolate: false,
          testTimeout: 20_000,
          maxWorkers: 4,
        },
      },
      {
        ...base,
        test: {
          name: 'embedded',
          include: ['e2e/contract/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // Each file has worlds and an app of its own. Three at once, beside the reference lab, left two cores no time on a slow
          // day: a node was not read, and its run was rightly no pass.
          maxWorkers: 2,
          // Concurrent tests of one file: half as many as the WAN's suite has worlds; with all of them no core has time left.
          maxConcurrency: 4,
        },
      },
      {
        ...base,
        test: {
          name: 'vectors',
          include: ['e2e/vectors/embedded.test.ts', 'e2e/vectors/wan.test.ts'],
          // Worlds of one file at a time: they measure.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 60_000,
          // Worlds at once: with four, and the reference lab beside, a node was not read for two seconds.
          maxConcurrency: 3,
        },
      },
      {
        ...base,
        test: {
          name: 'vectors-reference',
          include: ['e2e/vectors/reference.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...base,
        test: {
          name: 'reference',
          include: ['e2e/reference/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        ...base,
        test: {
          name: 'vectors-reference-wan',
          include: ['e2e/vectors/reference-wan.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxConcurrency: 3,
        },
      },
      {
        ...base,
        test: {
          name: 'reference-wan',
          include: ['e2e/reference-wan/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Concurrent tests: as many as they have labs.
          maxConcurrency: 2,
        },
      },
    ],
  },
})
