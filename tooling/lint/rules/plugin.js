import { envDoor } from './env-door.js'
import { heavyParts } from './heavy-parts.js'
import { layers } from './layers.js'
import { namedExports } from './named-exports.js'
import { noInnerIndex } from './no-inner-index.js'
import { noOwnIndex } from './no-own-index.js'
import { wireWords } from './wire-words.js'
import { zodAtDoors } from './zod-at-doors.js'

/** The rules of this repository that no published plugin has. */
export const plugin = {
  meta: { name: 'x' },
  rules: {
    'env-door': envDoor,
    'heavy-parts': heavyParts,
    layers,
    'named-exports': namedExports,
    'no-inner-index': noInnerIndex,
    'no-own-index': noOwnIndex,
    'wire-words': wireWords,
    'zod-at-doors': zodAtDoors,
  },
}
