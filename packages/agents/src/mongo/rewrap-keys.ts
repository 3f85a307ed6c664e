import { Binary } from 'mongodb'
import { currentKey, unwrapDataKey, wrapDataKey } from '../store/crypto/data-key.ts'
import type { MongoContext } from './mongo-context.ts'
import { headerOf } from './mongo-blob-shelf.ts'

export async function rewrapKeys({ blobs, keys }: MongoContext): Promise<{ readonly rewrapped: number }> {
  const current = await currentKey(keys)
  let rewrapped = 0
  for await (const document of blobs.find({ keyId: { $ne: current.id }, state: { $ne: 'removing' } })) {
    const { binding, key } = headerOf(document)
    const dataKey = await unwrapDataKey(key, keys, binding)
    const sealed = wrapDataKey(dataKey, current, binding)
    dataKey.fill(0)
    const { modifiedCount } = await blobs.updateOne(
      { _id: document._id, keyId: key.keyId },
      { $set: { keyId: sealed.keyId, keyProof: sealed.proof, wrappedKey: new Binary(sealed.wrapped) } },
    )
    rewrapped += modifiedCount
  }
  return { rewrapped }
}
