import type { Change, ProtocolDiff } from './compare-protocols.ts'

const HEADINGS: Readonly<Record<Change['kind'], string>> = {
  'method-removed': 'Methods removed',
  'method-added': 'Methods added',
  'method-stability': 'Methods of another stability',
  'method-params': 'Methods with other params',
  'type-removed': 'Types removed',
  'type-added': 'Types added',
  'property-removed': 'Properties removed',
  'property-added': 'Properties added',
  'became-required': 'Properties that became required',
  'became-optional': 'Properties that became optional',
  'member-removed': 'Members of enumerations and unions removed',
  'member-added': 'Members of enumerations and unions added',
  'type-changed': 'Other types',
}

/** The diff for people: what can break us first and once more in its place, marked `!`; what else we use, `*`. */
export function renderDiff(diff: ProtocolDiff): string {
  const breaking = diff.changes.filter((change) => change.breaking)
  const sections = (Object.keys(HEADINGS) as Change['kind'][]).flatMap((kind) => {
    const changes = diff.changes.filter((change) => change.kind === kind)
    return changes.length === 0 ? [] : [section(`${HEADINGS[kind]} (${String(changes.length)})`, changes)]
  })
  return [
    `${diff.before} -> ${diff.after}: ${String(diff.changes.length)} changes, ${String(breaking.length)} can break what we use.`,
    `We use ${String(diff.usedMethods.length)} methods. "!" can break us, "*" touches a type or method that we use.`,
    ...(breaking.length === 0
      ? []
      : [section(`What can break us (${String(breaking.length)})`, breaking, true)]),
    ...sections,
  ].join('\n\n')
}

function section(heading: string, changes: readonly Change[], withKind = false): string {
  const lines = changes.map((change) => {
    const mark = change.breaking ? '!' : change.used ? '*' : ' '
    const kind = withKind ? `  [${change.kind}]` : ''
    return `${mark} ${change.of}${change.at}${change.what === '' ? '' : `  ${change.what}`}${kind}`
  })
  return [heading, ...lines].join('\n')
}
