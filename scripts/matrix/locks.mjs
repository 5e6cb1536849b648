import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { HANG_MS, run } from '../process/run.mjs'

/**
 * Each runtime against each: while one has a store in files open no other opens it, and once it was killed the other does.
 * @param dir       with open.cjs and the packages
 * @param commands  name of a runtime → what starts it
 * @returns         { tried, problems }
 */
export async function tryLocks(dir, commands) {
  const names = Object.keys(commands)
  const pairs = names.flatMap((holder) => names.map((other) => [holder, other]))
  const problems = []
  for (const [holder, other] of pairs) {
    const answers = await meet(dir, commands[holder], commands[other])
    if (answers !== 'open, ELOCKED, open') problems.push(`${holder} held, ${other} asked: ${answers}`)
  }
  return { tried: pairs.length, problems }
}

/** @returns what the holder, and the other before and after its end, said */
async function meet(dir, [program, ...args], other) {
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

async function ask(dir, [program, ...args], store) {
  const { output } = await run(program, [...args, 'open.cjs', store], { cwd: dir, timeoutMs: HANG_MS })
  return output.trim()
}
