import type { Duplex } from 'node:stream'
import type { Host } from '@x/host'

/** The same host, but for what is given. */
export function hostWith(host: Host, changes: Partial<Host>): Host {
  return new Proxy(host, {
    get(target, name) {
      if (Object.hasOwn(changes, name)) return changes[name as keyof Host]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** A host whose streams can be cut all at once, as a network does it. */
export function cuttableHost(host: Host): { readonly host: Host; cut(): void } {
  const streams = new Set<Duplex>()
  return {
    host: hostWith(host, {
      connect: async (...args) => {
        const stream = await host.connect(...args)
        streams.add(stream)
        return stream
      },
    }),
    cut() {
      for (const stream of streams) stream.destroy()
      streams.clear()
    },
  }
}
