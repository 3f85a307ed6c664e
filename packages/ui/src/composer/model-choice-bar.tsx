import { useCallback, useEffect, useRef, useState } from 'react'
import type { Fault, ModelChoice, ModelInfo } from '@x/agents/conversation'
import { faultOf } from '../app/fault-note.tsx'
import type { SessionStore } from '../connection/session-store.ts'
import { revealHidden } from '../text/reveal-hidden.ts'

export interface ModelChoiceBarProps {
  readonly store: SessionStore
  /** What is chosen now; undefined until the agent has said so. */
  readonly model: ModelChoice | undefined
  readonly disabled: boolean
  readonly onFault: (fault: Fault | undefined) => void
}

/** Which model answers and how hard it thinks, from the next turn on. */
export function ModelChoiceBar({ store, model, disabled, onFault }: ModelChoiceBarProps) {
  const [models, setModels] = useState<readonly ModelInfo[]>()
  const asked = useRef(false)
  /** What was chosen last, also before the agent has said so: a second choice must not take back the first. */
  const latest = useRef(model)
  useEffect(() => {
    latest.current = model
  }, [model])
  const load = useCallback(
    (failed: (error: unknown) => void) => {
      if (asked.current) return
      asked.current = true
      store.models().then(setModels, (error: unknown) => {
        asked.current = false
        failed(error)
      })
    },
    [store],
  )
  const known = model !== undefined && !disabled
  useEffect(() => {
    // Nobody has asked yet, so nobody is told when it fails: whoever opens the list asks again.
    if (known) load(() => undefined)
  }, [known, load])
  const onOpen = (): void => load((error) => onFault(faultOf(error)))
  const choose = (choice: ModelChoice): void => {
    onFault(undefined)
    latest.current = choice
    store.chooseModel(choice).catch((error: unknown) => onFault(faultOf(error)))
  }
  if (!model) return null
  const info = models?.find((one) => one.model === model.model)
  const effort = model.effort ?? info?.defaultEffort
  const efforts = info?.efforts.map((one) => one.effort) ?? []
  return (
    <>
      <Choice
        label="Model"
        value={model.model}
        options={withCurrent(models?.map((one) => [one.model, one.name] as const) ?? [], model.model)}
        disabled={disabled}
        onOpen={onOpen}
        onChoose={(next) => choose({ model: next })}
      />
      {effort !== undefined && (
        <Choice
          label="Effort"
          value={effort}
          options={withCurrent(
            efforts.map((one) => [one, one] as const),
            effort,
          )}
          disabled={disabled}
          onOpen={onOpen}
          onChoose={(next) => choose({ model: latest.current?.model ?? model.model, effort: next })}
        />
      )}
    </>
  )
}

type Option = readonly [value: string, name: string]

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  readonly disabled: boolean
  readonly onOpen: () => void
  readonly onChoose: (value: string) => void
}

function Choice({ label, value, options, disabled, onOpen, onChoose }: ChoiceProps) {
  return (
    <select
      className="x-choice"
      aria-label={label}
      title={`${label}, from the next turn on`}
      value={value}
      disabled={disabled}
      onFocus={onOpen}
      onChange={(event) => onChoose(event.target.value)}
    >
      {options.map(([one, name]) => (
        <option key={one} value={one}>
          {revealHidden(name)}
        </option>
      ))}
    </select>
  )
}

/** What is chosen can be seen before the list is known, and also when it is not in it. */
function withCurrent(options: readonly Option[], current: string): readonly Option[] {
  return options.some(([value]) => value === current) ? options : [[current, current], ...options]
}
