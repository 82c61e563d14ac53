/** What cannot be taken exactly is refused: a double holds every decimal of so many digits apart from every other. */
const digits = 15;
const plain = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const scientific = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d{1,3}$/;

export type Decimal = { readonly value: number; readonly whole: boolean } | 'malformed' | 'range';

/** A decimal or an integer in any XSD spelling; exponents as `xsd:double` and JSON write them. */
export function decimalOf(text: string): Decimal {
  if (!plain.test(text) && !scientific.test(text)) return 'malformed';
  const mantissa = text.replace(/[eE].*$/, '').replace(/[+-.]/g, '');
  const significant = mantissa.replace(/^0+/, '').replace(/0+$/, '');
  const value = Number(text) || 0;
  if (Number.isSafeInteger(value) && plain.test(text) && /^[+-]?\d+(?:\.0*)?$/.test(text))
    return { value, whole: true };
  if (significant.length > digits || !Number.isFinite(value)) return 'range';
  // A value that vanished to nothing is not the one that was written.
  if (value === 0 && significant !== '') return 'range';
  return { value, whole: Number.isInteger(value) };
}
