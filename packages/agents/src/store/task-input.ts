import { checkCount, checkId, checkMs, checkWord, renderData } from './check.ts'
import type { NewOrchestrator, NewTask, TaskChange, TaskFilter, TaskKey } from './task-record.ts'

/** What both stores do with what callers hand in. Everything here throws before anything was read or written. */

export function checkTaskKey({ owner, taskId }: TaskKey): void {
  checkWord('owner', owner)
  checkId('taskId', taskId)
}

export function checkNewTask(task: NewTask): { readonly data: string } {
  checkTaskKey(task)
  checkId('orchestrator', task.orchestrator)
  return { data: renderData(task.data) }
}

export function checkTaskFilter({ owner, orchestrator }: TaskFilter): void {
  if (owner !== undefined) checkWord('owner', owner)
  if (orchestrator !== undefined) checkId('orchestrator', orchestrator)
}

export function checkTaskChange(key: TaskKey, change: TaskChange): { readonly data: string } {
  checkTaskKey(key)
  checkCount('fence', change.fence)
  if (change.version !== undefined) checkCount('version', change.version)
  return { data: renderData(change.data) }
}

export function checkAdoption(
  key: TaskKey,
  adoption: { readonly orchestrator: string; readonly fence: number },
): void {
  checkTaskKey(key)
  checkId('orchestrator', adoption.orchestrator)
  checkCount('fence', adoption.fence)
}

export function checkNewOrchestrator(orchestrator: NewOrchestrator): { readonly facts: string } {
  checkId('id', orchestrator.id)
  checkMs('lifetimeMs', orchestrator.lifetimeMs)
  return { facts: renderData(orchestrator.facts ?? {}) }
}
