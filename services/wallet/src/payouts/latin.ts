/**
 * Text in the characters every bank takes: letters, digits, space and / - ? : ( ) . , ' +. It is the set that SEPA
 * credit transfers and SWIFT's message X have in common.
 */

const PLAIN = /^[A-Za-z0-9/\-?:().,'+ ]*$/;

/** Letters that decomposing leaves as they are, and signs with a usual stand-in. */
const STANDING_IN: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D' },
  ...{ ð: 'd', Ð: 'D', þ: 'th', Þ: 'TH', ħ: 'h', Ħ: 'H', ŧ: 't', Ŧ: 'T', ŋ: 'n', Ŋ: 'N', ı: 'i', ĸ: 'k' },
  ...{ '’': "'", '‘': "'", '`': "'", '–': '-', '—': '-', _: '-', '&': '+', '@': '(at)' },
};

/**
 * At most `most` characters of it, letters without their accents, other signs as full stops. Undefined where a letter or
 * digit has no Latin form, or none is left: a name that is half guessed is another name to the bank.
 */
export function latin(text: string, most: number): string | undefined {
  const plain = [...text.normalize('NFKD').replaceAll(/\p{M}/gu, '')].map(plainly).join('');
  const tidy = plain.replaceAll(/\s+/g, ' ').trim();
  return PLAIN.test(tidy) && /[A-Za-z0-9]/.test(tidy) ? tidy.slice(0, most).trim() : undefined;
}

function plainly(sign: string): string {
  const found = STANDING_IN[sign] ?? sign;
  // What is a letter or digit of another script stays, and is refused.
  return PLAIN.test(found) || /[\p{L}\p{N}]/u.test(found) ? found : /\s/u.test(found) ? ' ' : '.';
}
