/** Crockford's alphabet: no I, L, O or U, so that a code survives being read aloud. 32 letters, so 5 bits a byte without bias. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random bytes a code is made of: 50 bits, so ten million users make one new code in a hundred million collide. */
export const CODE_BYTES = 10;

export const referralCode = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, CODE_BYTES), (byte) => ALPHABET[byte & 31]).join('');

/** As somebody typed it: any case, the letters that look like digits, spaces and dashes. */
export const normalReferralCode = (typed: string): string =>
  typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
