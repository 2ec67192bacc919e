import { spawn } from 'node:child_process'

const stdioOf = ({ quiet, toStderr, log }) => {
  if (quiet) return 'ignore'
  if (log !== null) return ['ignore', log, log]
  return toStderr ? ['inherit', 2, 'inherit'] : 'inherit'
}

/**
 * Runs a command with inherited output (`toStderr`: all of it on stderr, `log`: all of it to an open file).
 * Resolves to its exit code; a signal counts as 128.
 */
export function run(command, args, options = {}) {
  const { env = {}, cwd = process.cwd(), quiet = false, toStderr = false, log = null } = options
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: stdioOf({ quiet, toStderr, log }),
      env: { ...process.env, ...env },
    })
    child.on('error', () => resolve(127))
    child.on('exit', (code) => resolve(code ?? 128))
  })
}

/** Is a command of this name on the PATH? */
export const has = async (command) =>
  (await run('sh', ['-c', 'command -v "$1" >/dev/null', 'sh', command], { quiet: true })) === 0

/** The environment in which the Prisma CLI works without a network: it only checks that the file exists. */
export const prismaEnv = {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
}

/** Generates the Prisma client. */
export const generate = (options = {}) =>
  run('node', ['node_modules/prisma/build/index.js', 'generate', '--schema', 'prisma/sqlite'], {
    env: prismaEnv,
    ...options,
  })
