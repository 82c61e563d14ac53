const lineFeed = 0x0a;
/** The four-byte codes from 81 30 81 30 to 84 31 A4 39 stand for the rest of the basic plane. */
const fourByteBasic = 39_420;
/** From 90 30 81 30 on they are the supplementary planes, in order. */
const supplementary = 189_000;

/**
 * Text as GB18030, which Node decodes and does not encode: the table is Node's decoder read backwards, built at the first call.
 *
 * @throws TypeError for what has no code: a lone surrogate, and some characters for private use
 */
export function gb18030(text: string): Buffer {
  const { codes, widths } = tables();
  const parts: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point > 0xffff) {
      pushFour(parts, supplementary + point - 0x10000);
      continue;
    }
    const code = codes[point] ?? 0;
    const width = widths[point];
    if (width === 1) parts.push(code);
    else if (width === 2) parts.push(code >>> 8, code & 0xff);
    else if (width === 4) pushFour(parts, code);
    else throw new TypeError(`U+${point.toString(16).toUpperCase().padStart(4, '0')} has no code in GB18030`);
  }
  return Buffer.from(parts);
}

function pushFour(parts: number[], index: number): void {
  parts.push(
    0x81 + Math.floor(index / 12_600),
    0x30 + (Math.floor(index / 1_260) % 10),
    0x81 + (Math.floor(index / 10) % 126),
    0x30 + (index % 10),
  );
}

interface Tables {
  /** By UTF-16 unit: the byte, the two bytes, or the place among the four-byte codes. */
  readonly codes: Uint16Array;
  /** Bytes that the code takes; 0 where there is none. */
  readonly widths: Uint8Array;
}

let built: Tables | undefined;

function tables(): Tables {
  built ??= build();
  return built;
}

function build(): Tables {
  const found: Tables = { codes: new Uint16Array(65_536), widths: new Uint8Array(65_536) };
  for (let byte = 0; byte < 0x80; byte += 1) learn(found, byte, byte, 1);
  const pairs: number[] = [];
  const fours: number[] = [];
  // No trailing byte is a line feed, so that what each code stands for is a line by itself.
  const bytes: number[] = [];
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      pairs.push((lead << 8) | trail);
      bytes.push(lead, trail, lineFeed);
    }
  }
  for (let index = 0; index < fourByteBasic; index += 1) {
    fours.push(index);
    pushFour(bytes, index);
    bytes.push(lineFeed);
  }
  const lines = new TextDecoder('gb18030').decode(Uint8Array.from(bytes)).split('\n');
  for (const [place, code] of [...pairs, ...fours].entries()) {
    const line = lines[place] ?? '';
    // A code that stands for nothing decodes to the replacement character, which has a code of its own.
    if (line.length === 1) learn(found, line.charCodeAt(0), code, place < pairs.length ? 2 : 4);
  }
  return found;
}

/** The first code of a character counts: the shorter one. */
function learn({ codes, widths }: Tables, unit: number, code: number, width: number): void {
  if (widths[unit] !== 0) return;
  codes[unit] = code;
  widths[unit] = width;
}
