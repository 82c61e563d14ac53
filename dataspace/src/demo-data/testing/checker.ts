import type { Fields } from './published.js';

/** Something that does not hold, by the file and the key of the row. */
export interface Finding {
  readonly kind: string;
  readonly file: string;
  readonly key: string;
}

type Files = ReadonlyMap<string, readonly Fields[]>;

const keys: Readonly<Record<string, readonly string[]>> = {
  participants: ['id'],
  parts: ['part_no', 'revision'],
  bom: ['parent', 'child', 'effective_from'],
  sourcing: ['part_no', 'supplier', 'valid_from'],
  po_lines: ['po_no', 'line'],
  sales_lines: ['po_no', 'line'],
  receipts: ['po_no', 'line', 'batch_no', 'date'],
  stock: ['day', 'site', 'part_no', 'batch'],
  capacity: ['month', 'work_centre', 'part_category'],
  routing: ['part_no', 'work_centre'],
  batches: ['output_batch', 'input_batch'],
  process_parameters: ['batch', 'furnace'],
};
const dayMs = 86_400_000;

/** What does not hold in the published files, by the rules alone: it knows nothing of how they were made. */
export function findingsIn(files: Files): Finding[] {
  return [
    ...duplicates(files),
    ...creditCodes(files),
    ...billOfMaterials(files),
    ...orders(files),
    ...bothSides(files),
    ...goodsReceipts(files),
    ...stocks(files),
    ...capacities(files),
    ...treatments(files),
  ];
}

export function table(files: Files, file: string): readonly Fields[] {
  return files.get(file) ?? [];
}

/** Every file of that name, whoever owns it. */
export function tables(files: Files, name: string): [string, readonly Fields[]][] {
  return [...files].filter(([file]) => nameOf(file) === name);
}

function nameOf(file: string): string {
  return /([a-z_]+)\.\w+$/.exec(file)?.[1] ?? '';
}

function finding(kind: string, file: string, row: Fields): Finding {
  return { kind, file, key: (keys[nameOf(file)] ?? []).map((column) => row[column]).join(' ') };
}

function duplicates(files: Files): Finding[] {
  return [...files].flatMap(([file, rows]) => {
    const seen = new Set<string>();
    return rows.flatMap((row) => {
      const found = finding('duplicate', file, row);
      if (seen.has(found.key)) return [found];
      seen.add(found.key);
      return [];
    });
  });
}

function creditCodes(files: Files): Finding[] {
  const file = 'space/participants.csv';
  const wrong = table(files, file).filter(({ credit_code: code = '' }) => !isCreditCode(code));
  return wrong.map((row) => finding('wrong-check-digit', file, row));
}

/** GB 32100-2015, with the weights as its table prints them. */
export function isCreditCode(code: string): boolean {
  const characters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1];
  const values = [...code].map((character) => characters.indexOf(character));
  if (values.length !== 18 || values.includes(-1)) return false;
  return values.reduce((sum, value, place) => sum + value * (weights[place] ?? 0), 0) % 31 === 0;
}

function billOfMaterials(files: Files): Finding[] {
  const file = 'oem/bom.csv';
  const units = new Map(table(files, 'oem/parts.csv').map(({ part_no: no = '', unit = '' }) => [no, unit]));
  return table(files, file).flatMap((row) => {
    const { parent = '', child = '', unit } = row;
    if (!units.has(parent) || !units.has(child)) return [finding('orphan-part', file, row)];
    return units.get(child) === unit ? [] : [finding('unit-mix-up', file, row)];
  });
}

function orders(files: Files): Finding[] {
  const parts = new Set(table(files, 'oem/parts.csv').map(({ part_no: no }) => no));
  return tables(files, 'po_lines').flatMap(([file, rows]) => {
    const sources = new Map<string, Fields[]>();
    for (const source of table(files, file.replace('po_lines', 'sourcing'))) {
      const key = `${source.part_no} ${source.supplier}`;
      sources.set(key, [...(sources.get(key) ?? []), source]);
    }
    return rows.flatMap((row) => {
      const { part_no: part = '', supplier, ordered = '', due = '' } = row;
      if (!parts.has(part)) return [finding('order-of-no-part', file, row)];
      if (due <= ordered) return [finding('due-before-order', file, row)];
      const valid = sources.get(`${part} ${supplier}`)?.some(({ valid_from: from = '', valid_to: to = '' }) => {
        return from <= ordered && (to === '' || ordered <= to);
      });
      return valid ? [] : [finding('not-in-sourcing', file, row)];
    });
  });
}

/** Each sale of a supplier who publishes them is somebody's order, and the other way round. */
function bothSides(files: Files): Finding[] {
  const ordered = new Map<string, Fields>();
  for (const [, rows] of tables(files, 'po_lines'))
    for (const row of rows) ordered.set(`${row.po_no} ${row.line}`, row);
  const selling = tables(files, 'sales_lines').map(([, [first]]) => first?.supplier);
  const sold = new Set<string>();
  const findings = tables(files, 'sales_lines').flatMap(([file, rows]) =>
    rows.flatMap((row) => {
      const key = `${row.po_no} ${row.line}`;
      sold.add(key);
      const order = ordered.get(key);
      const same = order && Object.entries(row).every(([column, value]) => order[column] === value);
      return same ? [] : [finding(order ? 'sides-disagree' : 'sale-without-order', file, row)];
    }),
  );
  const missing = [...ordered].filter(([key, { supplier }]) => selling.includes(supplier) && !sold.has(key));
  return [...findings, ...missing.map(([key]) => ({ kind: 'order-without-sale', file: 'sales_lines', key }))];
}

function goodsReceipts(files: Files): Finding[] {
  const file = 'oem/receipts.csv';
  const lines = new Map(table(files, 'oem/po_lines.csv').map((row) => [`${row.po_no} ${row.line}`, row]));
  const batches = new Map<string, string>();
  for (const [, rows] of tables(files, 'batches')) {
    for (const { output_batch: no = '', part_no: part = '' } of rows) batches.set(no, part);
  }
  const received = new Map<string, number>();
  const findings = table(files, file).flatMap((row) => {
    const order = lines.get(`${row.po_no} ${row.line}`);
    if (!order) return [finding('receipt-without-order', file, row)];
    if (batches.get(row.batch_no ?? '') !== order.part_no) return [finding('receipt-of-no-batch', file, row)];
    const total = (received.get(`${row.po_no} ${row.line}`) ?? 0) + Number(row.received);
    received.set(`${row.po_no} ${row.line}`, total);
    if (total > Number(order.quantity) || Number(row.rejected) > Number(row.received)) {
      return [finding('too-much-received', file, row)];
    }
    return (row.date ?? '') < (order.ordered ?? '') ? [finding('receipt-before-order', file, row)] : [];
  });
  const late = [...lines].filter(([key, { status, quantity }]) => {
    return (status === 'delivered') !== (received.get(key) === Number(quantity));
  });
  return [...findings, ...late.map(([key]) => ({ kind: 'status-differs', file: 'oem/po_lines.csv', key }))];
}

/** on_hand(t) = on_hand(t-1) + received + produced - issued - shipped, a batch at a site; and what came, came by a receipt. */
function stocks(files: Files): Finding[] {
  return tables(files, 'stock').flatMap(([file, rows]) => {
    const first = rows.reduce((least, { day = '' }) => (day < least ? day : least), '9999');
    const before = new Map<string, number>();
    const came = new Map<string, number>();
    const findings = rows.flatMap((row) => {
      const { day = '', site, part_no: part, batch, on_hand: onHand } = row;
      const key = `${site} ${part} ${batch}`;
      const yesterday = new Date(Date.parse(day) - dayMs).toISOString().slice(0, 10);
      const moved = Number(row.received) + Number(row.produced) - Number(row.issued) - Number(row.shipped);
      const known = before.get(`${yesterday} ${key}`) ?? 0;
      before.delete(`${yesterday} ${key}`);
      before.set(`${day} ${key}`, Number(onHand));
      if (Number(row.received) > 0) came.set(`${day} ${batch}`, Number(row.received));
      if (day !== first && Number(onHand) !== known + moved) return [finding('unbalanced', file, row)];
      if (Number(row.reserved) > Math.max(0, Number(onHand))) return [finding('reserved-too-much', file, row)];
      return Number(onHand) < 0 ? [finding('negative-stock', file, row)] : [];
    });
    // What is left of a batch is told every day: only on the last one, and when nothing is left, its rows may end.
    const last = rows.reduce((most, { day = '' }) => (day > most ? day : most), '');
    const ended = [...before].filter(([key, left]) => !key.startsWith(last) && left !== 0);
    const gone = ended.map(([key]) => ({ kind: 'stock-vanished', file, key }));
    const unreceived = file === 'oem/stock.csv' ? receiptsDiffer(files, file, came, first) : [];
    return [...findings, ...gone, ...unreceived];
  });
}

function receiptsDiffer(files: Files, file: string, came: ReadonlyMap<string, number>, first: string): Finding[] {
  const accepted = new Map<string, number>();
  for (const { date = '', batch_no: batch, received, rejected } of table(files, 'oem/receipts.csv')) {
    const key = `${date} ${batch}`;
    if (date >= first) accepted.set(key, (accepted.get(key) ?? 0) + Number(received) - Number(rejected));
  }
  const all = [...new Set([...came.keys(), ...accepted.keys()])];
  return all
    .filter((key) => (came.get(key) ?? 0) !== (accepted.get(key) ?? 0))
    .map((key) => ({ kind: 'stock-without-receipt', file, key }));
}

/** By month, work centre and category: committed hours are at least what the open sales take. */
function capacities(files: Files): Finding[] {
  const categories = new Map(table(files, 'oem/parts.csv').map((row) => [row.part_no, row.category]));
  return tables(files, 'capacity').flatMap(([file, rows]) => {
    const needed = new Map<string, number>();
    const routing = table(files, file.replace('capacity', 'routing'));
    for (const { part_no: part, due = '', status = '', quantity } of table(
      files,
      file.replace('capacity', 'sales_lines'),
    )) {
      if (!['open', 'confirmed', 'partial'].includes(status)) continue;
      for (const step of routing.filter((one) => one.part_no === part)) {
        const key = `${due.slice(0, 7)} ${step.work_centre} ${categories.get(part)}`;
        needed.set(key, (needed.get(key) ?? 0) + Number(quantity) * Number(step.hours_per_unit));
      }
    }
    const committed = new Map(rows.map((row) => [finding('', file, row).key, Number(row.committed_h)]));
    return [...needed]
      .filter(([key, hours]) => (committed.get(key) ?? 0) < hours)
      .map(([key]) => ({ kind: 'too-few-hours', file, key }));
  });
}

/** Each batch of the heat treatment has its parameters, and nothing else has. */
function treatments(files: Files): Finding[] {
  const file = 'heat-treatment/process_parameters.csv';
  const made = new Set(table(files, 'heat-treatment/batches.csv').map((row) => row.output_batch));
  const told = new Set(table(files, file).map(({ batch }) => batch));
  const differ = [...made, ...told].filter((batch) => !made.has(batch) || !told.has(batch));
  return differ.map((batch) => ({ kind: 'treated-otherwise', file, key: batch ?? '' }));
}
