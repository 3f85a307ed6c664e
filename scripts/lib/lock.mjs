import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startOf } from './processes.mjs'
import { say } from './progress.mjs'
import { ROOT } from './repository.mjs'

const FILE = path.join(ROOT, '.tools/bootstrap.lock')
const MINE = `${FILE}.${process.pid}`

/** Runs `work` while no other bootstrap of this checkout runs: two installs into one directory break both. */
export async function withLock(work) {
  mkdirSync(path.dirname(FILE), { recursive: true })
  let told = false
  while (!tryLock()) {
    const holder = readHolder()
    if (holder === undefined) continue
    if (!isAlive(holder)) {
      breakLock(holder)
      continue
    }
    if (!told) say(`x: waiting for process ${holder.pid}, which installs or builds here`)
    told = true
    await wait(200)
  }
  try {
    return await work()
  } finally {
    rmSync(FILE, { force: true })
  }
}

/** A link appears with its content, so nobody reads a lock that has no holder yet. */
function tryLock() {
  writeFileSync(MINE, JSON.stringify({ pid: process.pid, start: startOf(process.pid) }))
  try {
    linkSync(MINE, FILE)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(MINE, { force: true })
  }
}

function readHolder() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** The start time tells the holder from a later process that got its id. */
function isAlive({ pid, start }) {
  if (start !== undefined) return startOf(pid) === start
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Takes the lock of a dead holder away; if a live one took it in the meantime, it is put back. */
function breakLock(dead) {
  const aside = `${FILE}.broken.${process.pid}`
  try {
    renameSync(FILE, aside)
  } catch (error) {
    if (error.code === 'ENOENT') return
    throw error
  }
  if (JSON.parse(readFileSync(aside, 'utf8')).pid === dead.pid) rmSync(aside)
  else renameSync(aside, FILE)
}
