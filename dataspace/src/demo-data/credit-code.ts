/** Digits and capital letters without I, O, S, V and Z, valued by their place (GB 32100-2015, 4.4). */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2];

/**
 * A unified social credit code of 18 characters: registered by market regulation, an enterprise, in this place.
 *
 * @param region six digits of GB/T 2260
 * @param subject eight characters of the alphabet: the body of the organisation code (GB 11714)
 */
export function creditCode(region: string, subject: string): string {
  const body = `91${region}${subject}${organisationCheck(subject)}`;
  return body + creditCheck(body);
}

/** The check character of the first 17 (GB 32100-2015, 4.5: the weights are the powers of 3 modulo 31). */
export function creditCheck(body: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    sum += alphabet.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return alphabet.charAt((31 - (sum % 31)) % 31);
}

/** Another character than the one that belongs there. */
export function wrongCheck(code: string): string {
  const right = alphabet.indexOf(code.slice(-1));
  return code.slice(0, -1) + alphabet.charAt((right + 7) % alphabet.length);
}

/** GB 11714: letters count from 10 on. */
function organisationCheck(subject: string): string {
  const sum = organisationWeights.reduce(
    (total, weight, place) => total + weight * Number.parseInt(subject.charAt(place), 36),
    0,
  );
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}
