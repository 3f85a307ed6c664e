import { contentMoved } from '../store/refusals.ts'
import { checkReplacement } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord, SeedReplacement } from '../store/seed-record.ts'
import { replaceContent } from './replace-content.ts'
import { leasedRow, type SeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function replaceSeed(
  context: SqliteContext,
  key: SeedKey,
  replacement: SeedReplacement,
): Promise<SeedRecord> {
  checkReplacement(key, replacement)
  // Who has lost already need not write anything.
  await context.db.read((statements) => replaceable(statements, key, replacement))
  return replaceContent(context, key, replacement, {
    replaceable: (statements) => replaceable(statements, key, replacement),
  })
}

function replaceable(statements: Statements, key: SeedKey, { revision, fence }: SeedReplacement): SeedRow {
  const row = leasedRow(statements, key, fence)
  if (row.revision !== revision) throw contentMoved(key, row.revision, revision)
  return row
}
