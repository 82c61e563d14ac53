import { isoDay, lastDay } from './calendar.js';
import { at, Draws } from './draws.js';
import { type Category, type Module, materials, modules, type Noun, standardParts, steels } from './part-names.js';

export interface Part {
  readonly partNo: string;
  /** Its place in the list of parts; batches are numbered by it. */
  readonly index: number;
  readonly revision: string;
  readonly zh: string;
  readonly en: string;
  readonly category: Category;
  readonly unit: string;
  readonly make: boolean;
  readonly material: string;
  readonly massKg: number;
  readonly drawingNo: string;
  /** 1 for a model, up to 6 for what comes from a mill: a parent's is below its child's, so there is no cycle. */
  readonly level: number;
  /** Part of what the hydraulics supplier delivers whole. */
  readonly hydraulic: boolean;
}

export interface BomLine {
  readonly parent: Part;
  readonly child: Part;
  readonly quantity: number;
  readonly scrapPct: number;
  /** ISO dates; open at the end where there is none. */
  readonly from: string;
  readonly to: string;
  /** One of those with the same name under a parent is taken. */
  readonly alternative: string;
}

export interface Product {
  readonly parts: readonly Part[];
  readonly bom: readonly BomLine[];
}

const models = [
  {
    number: 'XG-2100-00',
    digit: 2,
    zh: '21吨挖掘机工作装置与液压系统',
    en: 'excavator work equipment and hydraulics, 21 t',
  },
  {
    number: 'XG-3600-00',
    digit: 3,
    zh: '36吨挖掘机工作装置与液压系统',
    en: 'excavator work equipment and hydraulics, 36 t',
  },
] as const;
const released = '2024-01-01';
/** What the hydraulics supplier has treated with heat; the OEM buys none of it by itself. */
export const heatTreated: ReadonlySet<Category> = new Set(['rod', 'shaft']);

/** So many kinds of components make up a group. */
const kinds = 4;

interface Group {
  readonly part: Part;
  readonly module: Module;
  readonly place: number;
  readonly series: string;
  readonly components: Part[];
}

/** Two models of work equipment with hydraulics, of `count` parts on six levels, many of them in both. */
export function productOf(seed: number, count: number): Product {
  return new Designer(seed, count).design();
}

class Designer {
  readonly #draws: Draws;
  readonly #count: number;
  readonly #parts: Part[] = [];
  readonly #bom: BomLine[] = [];

  constructor(seed: number, count: number) {
    this.#draws = new Draws(seed, 'product');
    this.#count = count;
  }

  design(): Product {
    const groups = this.#groups();
    const raw = steels.map((name, place) => this.#part(`XG-8001-${two(place + 1)}`, name, { level: 6, unit: 'kg' }));
    const standard = this.#standard();
    // What is treated with heat comes first, then the first group's: there is one of each at every size.
    for (const group of groups) if (heatTreated.has(nextNoun(group).category)) this.#component(group, raw);
    const [boom] = groups;
    while (boom && boom.components.length < 7) this.#component(boom, raw);
    for (let turn = 0; this.#parts.length < this.#count; turn += 1) {
      const group = at(groups, turn % groups.length);
      if (group.components.length < 95) this.#component(group, raw);
    }
    for (const { part } of groups) this.#share(part, standard);
    return { parts: this.#parts, bom: this.#bom };
  }

  /** Models, modules and their groups: the first three levels. */
  #groups(): Group[] {
    const tops = models.map((model) => this.#part(model.number, { ...model, category: 'assembly' }, { level: 1 }));
    return modules.flatMap((module) => {
      const users = module.shared ? [tops] : tops.map((top) => [top]);
      return users.flatMap((parents, place) => {
        const tens = `${module.series}${at(models, place).digit}`;
        const hydraulic = module.category !== 'assembly';
        const whole = { zh: `${module.zh}总成`, en: `${module.en} assembly`, category: module.category };
        const assembly = this.#part(`XG-${tens}0-00`, whole, { level: 2, hydraulic });
        for (const parent of parents) this.#line(parent, assembly, module.category === 'cylinder' ? 2 : 1);
        return module.groups.map((name, group) => {
          const series = `${tens}${group + 1}`;
          const part = this.#part(`XG-${series}-00`, named(module, name), { level: 3, hydraulic });
          this.#line(assembly, part, 1);
          return { part, module, place: group, series, components: [] };
        });
      });
    });
  }

  #component(group: Group, raw: readonly Part[]): void {
    const { part, module, series, components } = group;
    const { hydraulic } = part;
    const number = `XG-${series}-${two(components.length + 1)}`;
    const variant = Math.floor(components.length / kinds);
    const label = suffixed(named(module, nextNoun(group)), variant === 0 ? '' : ` ${variant + 1}`);
    const component = this.#part(number, label, { level: 4, hydraulic });
    components.push(component);
    const line = this.#line(part, component, this.#draws.int(1, 4));
    const { category } = component;
    if (heatTreated.has(category)) {
      const blank = this.#part(
        `${number}M`,
        { zh: `${label.zh}毛坯`, en: `${label.en} blank`, category: 'forging' },
        { level: 5 },
      );
      this.#line(component, blank, 1);
      this.#line(blank, at(raw, category === 'rod' ? 2 : 3), round(blank.massKg * 1.15));
    } else if (category === 'structure') {
      this.#line(component, at(raw, this.#draws.int(0, 1)), round(component.massKg * 1.2), 8);
    } else if (this.#draws.chance(0.06)) this.#replace(line);
  }

  /** The part took another one's place at some time. */
  #replace({ parent, child, quantity, scrapPct }: BomLine): void {
    const day = lastDay - this.#draws.int(60, 500);
    const successor = this.#part(`${child.partNo}N`, suffixed(child, ' N'), { level: 4, hydraulic: child.hydraulic });
    this.#bom[this.#bom.length - 1] = line(parent, child, { quantity, scrapPct, to: isoDay(day) });
    this.#bom.push(line(parent, successor, { quantity, scrapPct, from: isoDay(day + 1) }));
  }

  #standard(): Part[] {
    const wanted = Math.round(this.#count * 0.14);
    return Array.from({ length: wanted }, (_, place) => {
      const kind = at(standardParts, place % standardParts.length);
      const round = Math.floor(place / standardParts.length);
      const size = at(kind.sizes, round % kind.sizes.length);
      const grade = Math.floor(round / kind.sizes.length);
      const label = suffixed(kind, ` ${size}${grade > 0 ? `-${grade + 1}` : ''}`);
      return this.#part(`XG-9${two(place % standardParts.length)}${grade}-${two(round + 1)}`, label, {
        level: 4,
        unit: kind.unit,
      });
    });
  }

  #share(group: Part, standard: readonly Part[]): void {
    const chosen = this.#draws.shuffled(standard).slice(0, this.#draws.int(2, 7));
    const [first, other] = chosen;
    for (const part of chosen) {
      const quantity = part.unit === 'm' ? round(this.#draws.between(0.4, 6)) : this.#draws.int(1, 24);
      const either = part === first || part === other;
      const alternative = either && first?.unit === other?.unit && group.index % 4 === 0 ? 'A1' : '';
      this.#bom.push(line(group, part, { quantity, scrapPct: part.unit === 'm' ? 3 : 0, alternative }));
    }
  }

  #part(partNo: string, name: Noun, rest: { level: number; unit?: string; hydraulic?: boolean }): Part {
    const { category } = name;
    const { level, unit = 'pcs', hydraulic = false } = rest;
    const made =
      level <= 2 ? category === 'assembly' : category === 'structure' || (category === 'assembly' && level === 3);
    const part = {
      ...{ partNo, index: this.#parts.length, zh: name.zh, en: name.en, category, unit, level, hydraulic, make: made },
      revision: this.#draws.pick(['A', 'A', 'B', 'C', 'D']),
      material: level === 6 ? (name.zh.split(' ')[1] ?? '') : this.#draws.pick(materials[category]),
      massKg: unit === 'kg' ? 1 : round(mass(category, level) * this.#draws.between(0.4, 1.8)),
      drawingNo: `${partNo.replace('XG-', 'XGT.').replace('-', '.')}`,
    };
    this.#parts.push(part);
    return part;
  }

  #line(parent: Part, child: Part, quantity: number, scrapPct = 0): BomLine {
    const added = line(parent, child, { quantity, scrapPct });
    this.#bom.push(added);
    return added;
  }
}

function line(parent: Part, child: Part, rest: Pick<BomLine, 'quantity' | 'scrapPct'> & Partial<BomLine>): BomLine {
  return { from: released, to: '', alternative: '', ...rest, parent, child };
}

function nextNoun({ module, place, components }: Group): Noun {
  return at(module.components, (place + (components.length % kinds)) % module.components.length);
}

function named(module: Noun, { zh, en, category }: Noun): Noun {
  return { zh: `${module.zh}${zh}`, en: `${module.en} ${en}`, category };
}

function suffixed({ zh, en, category }: Noun, suffix: string): Noun {
  return { zh: zh + suffix, en: en + suffix, category };
}

function mass(category: Category, level: number): number {
  if (level <= 3) return [0, 9_000, 700, 90][level] ?? 0;
  return category === 'structure' ? 45 : ['seal', 'fastener', 'spring', 'electrical'].includes(category) ? 0.15 : 9;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
