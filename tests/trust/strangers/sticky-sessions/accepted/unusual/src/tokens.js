import { hkdfSync, randomBytes } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'

const METHOD = Object.freeze({ alg: 'dir', enc: 'A256GCM' })
const ID_BYTES = 20

/** Sealed tokens: they carry what we know of a member, and nobody but a replica can read or make one. */
export class Tokens {
  #key

  constructor({ secret }) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, 'members-area', 'sid', 32))
  }

  async seal(member) {
    return await new EncryptJWT({ member })
      .setProtectedHeader(METHOD)
      .setJti(randomBytes(ID_BYTES).toString('base64url'))
      .encrypt(this.#key)
  }

  /** The member of a token; undefined where it is none of ours. */
  async unseal(token) {
    try {
      const { payload } = await jwtDecrypt(token, this.#key, {
        keyManagementAlgorithms: [METHOD.alg],
        contentEncryptionAlgorithms: [METHOD.enc]
      })
      return payload.member
    } catch {
      return undefined
    }
  }
}
