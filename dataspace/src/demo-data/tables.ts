import { Batches, type BatchInput } from './batches.js';
import { isoDay } from './calendar.js';
import { capacityOf, routingOf, salesOf } from './capacity.js';
import { duplicated, negative, orphanPart, tooEarly, unitMixUp, wrongCode } from './defects.js';
import { Draws } from './draws.js';
import { namedFirms, type Participant } from './firms.js';
import { type OrderLine, ordersOf } from './orders.js';
import { stockOf } from './stock.js';
import type { DemoRow, DemoTable, Value } from './table.js';
import { type DemoOptions, World } from './world.js';

const orderColumns = [
  ...['po_no', 'line', 'part_no', 'buyer', 'supplier', 'quantity', 'price', 'currency', 'tax_pct', 'ordered', 'due'],
  ...['confirmed', 'status', 'contact_name', 'contact_phone'],
];
const namesOf = (participants: readonly Participant[], ...names: readonly string[]) =>
  participants.flatMap((firm, place) => {
    const name = namedFirms[place]?.name ?? '';
    return names.includes(name) ? [{ name, firm }] : [];
  });

/**
 * The tables of a construction-machinery supply chain that hang together, fictional and the same for the same options.
 *
 * @throws RangeError for options out of their range
 */
export function demoTables(options: DemoOptions): readonly DemoTable[] {
  const world = new World(options);
  const named = (...names: string[]) => namesOf(world.participants, ...names);
  const suppliers = named('hydraulics', 'heat-treatment', 'castings');
  let known: Batches | undefined;
  const batches = () => {
    known ??= new Batches(world);
    return known;
  };
  return [
    participants(world),
    parts(world),
    bom(world),
    ...named('oem', 'hydraulics', 'oem-2').flatMap(({ name, firm }) => [
      sourcing(world, name, firm),
      poLines(world, name, firm),
    ]),
    receipts(world),
    ...suppliers.map(({ name, firm }) => salesLines(world, name, firm)),
    ...named('oem', 'hydraulics', 'heat-treatment').map(({ name, firm }) => stock(world, name, firm)),
    ...suppliers.flatMap(({ name, firm }) => [
      capacity(world, name, firm),
      routing(world, name, firm),
      batchTable(name, () => batches().of(firm)),
    ]),
    batchTable('others', () => batches().ofOthers(suppliers.map(({ firm }) => firm))),
    processParameters(world, batches),
  ];
}

function participants({ participants: all }: World): DemoTable {
  return {
    ...csv('participants', 'space', 1, 'Participants', '参与方名录'),
    ...{ keyColumns: 1, columns: ['id', 'credit_code', 'name_zh', 'name_en', 'tier', 'region', 'industry'] },
    rows: () =>
      wrongCode(
        all.map(({ id, creditCode, zh, en, tier, region, industry }) => [
          id,
          creditCode,
          zh,
          en,
          tier,
          region,
          industry,
        ]),
      ),
  };
}

function parts({ seed, product }: World): DemoTable {
  return {
    ...csv('parts', 'oem', 1, 'Parts', '零部件主数据 动臂 斗齿 油缸'),
    ...{ encoding: 'utf-8-bom', keyColumns: 2 },
    columns: [
      ...['part_no', 'revision', 'name_zh', 'name_en', 'category', 'unit', 'make_or_buy', 'material', 'mass_kg'],
      ...['drawing_no', 'identifier'],
    ],
    rows: () =>
      duplicated(
        new Draws(seed, 'defects/parts'),
        { times: 1, of: product.parts.length },
        product.parts.map((part) => [
          ...[part.partNo, part.revision, part.zh, part.en, part.category, part.unit, part.make ? 'make' : 'buy'],
          ...[part.material, part.massKg, part.drawingNo, `88.118.6/${part.partNo}`],
        ]),
      ),
  };
}

function bom({ product }: World): DemoTable {
  return {
    ...csv('bom', 'oem', 2, 'Bill of materials', '物料清单'),
    ...{ keyColumns: 3 },
    columns: [
      ...['parent', 'child', 'effective_from', 'quantity', 'unit', 'scrap_pct', 'effective_to', 'alternative_group'],
    ],
    rows: () =>
      orphanPart(
        unitMixUp(
          product.bom.map(({ parent, child, from, quantity, scrapPct, to, alternative }) => [
            ...[parent.partNo, child.partNo, from, quantity, child.unit, scrapPct, to, alternative],
          ]),
        ),
      ),
  };
}

function sourcing(world: World, owner: string, buyer: Participant): DemoTable {
  return {
    ...csv('sourcing', owner, 2, 'Sourcing', '供货关系'),
    ...{ keyColumns: 3 },
    columns: [
      ...['part_no', 'supplier', 'valid_from', 'valid_to', 'supplier_part_no', 'share_pct', 'lead_days', 'moq'],
    ],
    rows: () =>
      plain(
        world
          .sources(buyer)
          .map(({ part, supplier, from, to, supplierPartNo, sharePct, leadDays, moq }) => [
            ...[part.partNo, supplier.id, isoDay(from), dayOrNothing(to), supplierPartNo, sharePct, leadDays, moq],
          ]),
      ),
  };
}

function poLines(world: World, owner: string, buyer: Participant): DemoTable {
  return {
    ...csv('po_lines', owner, 2, 'Purchase order lines', '采购订单行 动臂 油缸'),
    ...{ keyColumns: 2, columns: orderColumns },
    rows: () => {
      const times = owner === 'oem' ? 3 : 0;
      const draws = new Draws(world.seed, `defects/${owner}`);
      return duplicated(draws, { times, of: world.linesOf(buyer) }, mapped(ordersOf(world, buyer), orderValues));
    },
  };
}

function* salesRows(world: World, supplier: Participant): Generator<DemoRow> {
  for (const line of salesOf(world, supplier)) {
    yield { values: orderValues(line), ...(line.disagrees && { planted: 'sides-disagree' }) };
  }
}

function salesLines(world: World, owner: string, supplier: Participant): DemoTable {
  return {
    ...csv('sales_lines', owner, 2, 'Sales order lines', '销售订单行'),
    ...{ encoding: owner === 'hydraulics' ? 'gb18030' : 'utf-8', keyColumns: 2, columns: orderColumns },
    rows: () => salesRows(world, supplier),
  };
}

function orderValues(order: OrderLine): Value[] {
  const { poNo, line, source, quantity, price, ordered, due, confirmed, status, contact } = order;
  return [
    ...[poNo, line, source.part.partNo, source.buyer.id, source.supplier.id, quantity, price.toFixed(2), 'CNY', 13],
    ...[isoDay(ordered), isoDay(due), dayOrNothing(confirmed), status, contact.name, contact.phone],
  ];
}

function receipts(world: World): DemoTable {
  const [oem] = world.buyers;
  return {
    ...csv('receipts', 'oem', 2, 'Goods receipts', '收货记录'),
    ...{ keyColumns: 4, columns: ['po_no', 'line', 'batch_no', 'date', 'received', 'rejected'] },
    rows: () =>
      oem ? tooEarly(new Draws(world.seed, 'defects/receipts'), world.linesOf(oem), ordersOf(world, oem)) : [],
  };
}

function stock(world: World, owner: string, firm: Participant): DemoTable {
  const rows = () =>
    mapped(stockOf(world, firm), (row): Value[] => [
      ...[isoDay(row.day), row.site, row.part.partNo, row.batchNo, row.onHand, row.reserved, row.inTransit],
      ...[row.safetyLevel, row.received, row.produced, row.issued, row.shipped],
    ]);
  return {
    ...csv('stock', owner, 2, 'Daily stock', '每日库存'),
    ...{ keyColumns: 4, rows: () => (owner === 'oem' ? negative(rows()) : plain(rows())) },
    columns: [
      ...['day', 'site', 'part_no', 'batch', 'on_hand', 'reserved', 'in_transit', 'safety_level'],
      ...['received', 'produced', 'issued', 'shipped'],
    ],
  };
}

function capacity(world: World, owner: string, supplier: Participant): DemoTable {
  return {
    ...csv('capacity', owner, 2, 'Capacity', '产能'),
    ...{ keyColumns: 3 },
    columns: ['month', 'work_centre', 'part_category', 'available_h', 'planned_h', 'committed_h'],
    rows: () =>
      plain(
        capacityOf(world, supplier).map(({ month, workCentre, category, available, planned, committed }) => [
          ...[month, workCentre, category, available.toFixed(1), planned.toFixed(1), committed.toFixed(1)],
        ]),
      ),
  };
}

function routing(world: World, owner: string, supplier: Participant): DemoTable {
  return {
    ...csv('routing', owner, 2, 'Routing', '工艺路线'),
    ...{ keyColumns: 2, columns: ['part_no', 'work_centre', 'hours_per_unit'] },
    rows: () =>
      plain(
        routingOf(world, supplier).map(({ part, workCentre, hoursPerUnit }) => [
          ...[part.partNo, workCentre, hoursPerUnit],
        ]),
      ),
  };
}

function batchTable(owner: string, inputs: () => readonly BatchInput[]): DemoTable {
  const lines = owner === 'hydraulics' ? { format: 'jsonl' as const, file: `${owner}/batches.jsonl` } : {};
  return {
    ...{ ...csv('batches', owner, 2, 'Batches', '批次追溯'), ...lines },
    ...{ keyColumns: 2, columns: ['output_batch', 'input_batch', 'part_no'] },
    rows: () => plain(inputs().map(({ output, input }) => [output.no, input, output.part.partNo])),
  };
}

function processParameters(world: World, batches: () => Batches): DemoTable {
  return {
    ...csv('process_parameters', 'heat-treatment', 3, 'Process parameters', '热处理工艺参数'),
    ...{ keyColumns: 2, columns: ['batch', 'furnace', 'temperature_c', 'minutes'] },
    rows: function* () {
      const draws = new Draws(world.seed, 'process parameters');
      const [, , heatTreatment] = world.participants;
      if (!heatTreatment) return;
      for (const no of new Set(
        batches()
          .of(heatTreatment)
          .map(({ output }) => output.no),
      )) {
        const [hard, soft] = [draws.int(840, 870), draws.int(530, 590)];
        yield { values: [no, `Q-${draws.int(1, 3)}`, hard, draws.int(60, 120)] };
        yield { values: [no, `T-${draws.int(1, 3)}`, soft, draws.int(120, 240)] };
      }
    },
  };
}

type Described = Pick<DemoTable, 'name' | 'owner' | 'file' | 'title' | 'classification' | 'format' | 'encoding'>;

function csv(name: string, owner: string, classification: 1 | 2 | 3, en: string, zh: string): Described {
  return {
    ...{ name, owner, file: `${owner}/${name}.csv`, title: { en, zh } },
    ...{ classification, format: 'csv', encoding: 'utf-8' },
  };
}

function* plain(rows: Iterable<readonly Value[]>): Generator<DemoRow> {
  for (const values of rows) yield { values };
}

function* mapped<T>(items: Iterable<T>, values: (item: T) => Value[]): Generator<Value[]> {
  for (const item of items) yield values(item);
}

function dayOrNothing(day: number | undefined): string {
  return day === undefined ? '' : isoDay(day);
}
