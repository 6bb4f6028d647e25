/** The request itself is wrong; the message says what of it. */
export class BadRequest extends Error {
  name = 'BadRequest';
}
