// Purchase-order lines of a fictional excavator manufacturer, generated from a seed: the data the demonstration shares.

const parts = [
  ['XG-4021-07', '动臂', 'boom'],
  ['XG-4022-03', '斗杆', 'arm'],
  ['XG-4107-11', '斗齿', 'bucket tooth'],
  ['XG-5210-02', '动臂油缸', 'boom cylinder'],
  ['XG-5211-02', '斗杆油缸', 'arm cylinder'],
  ['XG-5304-09', '主控阀', 'main control valve'],
  ['XG-5402-01', '液压泵', 'hydraulic pump'],
  ['XG-6013-05', '回转支承', 'slewing bearing'],
] as const;

const header = 'po_no,line,part_no,name_zh,name_en,quantity,unit_price_cny,ordered,due,status';
const day = 86_400_000;
const firstDay = Date.UTC(2026, 0, 5);

/** A CSV (UTF-8, LF) of `rows` order lines; the same seed gives the same bytes. */
export function orderLines(seed: number, rows: number): string {
  const random = mulberry32(seed);
  const lines = [header];
  for (let row = 0; row < rows; row += 1) {
    const [partNo, zh, en] = parts[Math.floor(random() * parts.length)] ?? parts[0];
    const ordered = firstDay + Math.floor(random() * 300) * day;
    const due = ordered + (20 + Math.floor(random() * 60)) * day;
    const quantity = 1 + Math.floor(random() ** 3 * 400);
    const price = (800 + random() * 42_000).toFixed(2);
    const status = random() < 0.7 ? 'confirmed' : 'open';
    const order = `PO-2026-${String(1 + Math.floor(row / 4)).padStart(6, '0')}`;
    lines.push([order, 1 + (row % 4), partNo, zh, en, quantity, price, date(ordered), date(due), status].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function date(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** A small seeded generator: data only, never keys or identifiers. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
