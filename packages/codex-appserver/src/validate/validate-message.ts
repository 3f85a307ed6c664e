import {
  NAMED_SHAPES,
  NOTIFICATION_SHAPES,
  RESULT_SHAPES,
  SERVER_REQUEST_SHAPES,
} from '../_generated/shapes.ts'
import { compileShape, type Check } from './compile-shape.ts'
import type { Shape } from './shape.ts'

/*
 * Whether what arrived is what our types say. Required properties must be there and everything must have its JSON
 * type, all the way down. What a newer server may do passes: methods, properties, names of enumerations and variants
 * that we do not know.
 */

/**
 * Looks at the params of a notification. Returns what is wrong, with the path but without any value of it, or
 * `undefined` when nothing is. Methods that are not known pass.
 */
export function validateNotification(method: string, params: unknown): string | undefined {
  return validate(notifications, NOTIFICATION_SHAPES, 'params', method, params)
}

/** The same for the params of a request of the server. */
export function validateServerRequest(method: string, params: unknown): string | undefined {
  return validate(serverRequests, SERVER_REQUEST_SHAPES, 'params', method, params)
}

/** The same for what the server answers to our request `method`. */
export function validateResult(method: string, result: unknown): string | undefined {
  return validate(results, RESULT_SHAPES, 'result', method, result)
}

// Compiled at the first message of a method: most methods never come.
const notifications = new Map<string, Check>()
const serverRequests = new Map<string, Check>()
const results = new Map<string, Check>()
const definitions = new Map<string, Check>()

const passes: Check = () => undefined

function validate(
  compiled: Map<string, Check>,
  shapes: Readonly<Record<string, Shape>>,
  root: string,
  method: string,
  value: unknown,
): string | undefined {
  const check = compiled.get(method) ?? compileMethod(compiled, shapes, method)
  const issue = check(value)
  return issue === undefined ? undefined : root + issue
}

function compileMethod(
  compiled: Map<string, Check>,
  shapes: Readonly<Record<string, Shape>>,
  method: string,
): Check {
  const shape = Object.hasOwn(shapes, method) ? shapes[method] : undefined
  // Not kept: the peer could fill the memory with names.
  if (shape === undefined) return passes
  const check = compileShape(shape, definition)
  compiled.set(method, check)
  return check
}

function definition(name: string): Check {
  const known = definitions.get(name)
  if (known) return known
  const check = compileShape(NAMED_SHAPES[name] ?? '*', definition)
  definitions.set(name, check)
  return check
}
