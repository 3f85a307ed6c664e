import type { MethodFacts } from './method-facts.ts'
import type { VersionDumps } from './read-versions.ts'

/** Renders what is known of each method. Methods with the same facts share one object, which keeps the table small. */
export function renderSupport(
  versions: readonly VersionDumps[],
  facts: ReadonlyMap<string, MethodFacts>,
): string {
  const names = versions.map(({ codex }) => codex)
  const objects = new Map<string, string>()
  const rows = [...facts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([method, known]) => {
      const object = JSON.stringify(factsObject(names, known))
      const name = objects.get(object) ?? `FACTS_${String(objects.size + 1)}`
      objects.set(object, name)
      return `  '${method}': ${name},`
    })
  return [
    `import type { MethodFacts } from '../method-facts.ts'`,
    `/** The versions whose protocol is known, the floor first. */\nexport const PROTOCOL_VERSIONS = [${names.map((name) => `'${name}'`).join(', ')}] as const`,
    [...objects].map(([object, name]) => `const ${name}: MethodFacts = ${object}`).join('\n'),
    `/** What is known of every method, in whichever direction it travels. */\nexport const METHODS = {\n${rows.join('\n')}\n} as const satisfies Readonly<Record<string, MethodFacts>>`,
  ].join('\n\n')
}

function factsObject(versions: readonly string[], known: MethodFacts): object {
  const has = versions.filter((version) => known[version] !== undefined)
  const since = has[0]
  const last = has.at(-1)
  if (since === undefined || last === undefined) throw new Error('a method that no version has')
  return {
    since,
    ...(last === versions.at(-1) ? {} : { until: last }),
    stability: known[last],
    stabilityIn: Object.fromEntries(has.map((version) => [version, known[version]])),
  }
}
