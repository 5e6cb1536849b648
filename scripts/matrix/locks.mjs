import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { HANG_MS, run } from '../process/run.mjs'

/** @typedef {string[]} Command  what starts a runtime: a program, then its arguments */

/**
 * Each runtime against each: while one has a store in files open no other opens it, and once it was killed the other does.
 * @param {string} dir       with open.cjs and the packages
 * @param {Record<string, Command>} commands  name of a runtime → what starts it
 * @returns {Promise<{ tried: number, problems: string[] }>}
 */
export async function tryLocks(dir, commands) {
  const runtimes = Object.entries(commands)
  const problems = []
  for (const [holder, holding] of runtimes) {
    for (const [other, asking] of runtimes) {
      const answers = await meet(dir, holding, asking)
      if (answers !== 'open, ELOCKED, open') problems.push(`${holder} held, ${other} asked: ${answers}`)
    }
  }
  return { tried: runtimes.length ** 2, problems }
}

/**
 * @param {string} dir
 * @param {Command} holding
 * @param {Command} other
 * @returns the answers: the holder's, and the other's before and after the holder's end
 */
async function meet(dir, [program = '', ...args], other) {
  const store = mkdtempSync(join(dir, 'store-'))
  const holder = spawn(program, [...args, 'open.cjs', store, 'hold'], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(holder, 'exit')
  const [held] = await Promise.race([once(holder.stdout, 'data'), ended.then(() => ['nothing'])])
  const before = await ask(dir, other, store)
  holder.kill('SIGKILL')
  await ended
  return [String(held).trim(), before, await ask(dir, other, store)].join(', ')
}

/**
 * @param {string} dir
 * @param {Command} command
 * @param {string} store
 */
async function ask(dir, [program = '', ...args], store) {
  const { output } = await run(program, [...args, 'open.cjs', store], { cwd: dir, timeoutMs: HANG_MS })
  return output.trim()
}
