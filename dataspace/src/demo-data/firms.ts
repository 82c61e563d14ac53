import { creditCode } from './credit-code.js';
import { at, Draws } from './draws.js';
import type { Category } from './part-names.js';

/** A participant of the supply chain; all of them are fictional. */
export interface Participant {
  readonly id: string;
  /** Begins its part, batch and order numbers. */
  readonly code: string;
  readonly creditCode: string;
  readonly zh: string;
  readonly en: string;
  /** 0 for who builds machines, 1 for who supplies them, 2 for who supplies those. */
  readonly tier: number;
  /** CN- and the two digits of the province in GB/T 2260. */
  readonly region: string;
  /** GB/T 4754-2017, four digits. */
  readonly industry: string;
  readonly sells: readonly Category[];
}

type Firm = Pick<Participant, 'code' | 'zh' | 'en' | 'tier' | 'industry' | 'sells'> & {
  readonly name: string;
  readonly place: string;
};

/** The firms with a name, in the order in which they are listed; the first three take part in the demonstration. */
export const namedFirms = [
  {
    ...{ name: 'oem', code: 'XG', zh: '华东重机', en: 'Huadong Heavy Machinery' },
    ...{ tier: 0, industry: '3514', place: '370800', sells: [] },
  },
  {
    ...{ name: 'hydraulics', code: 'HD', zh: '恒达液压', en: 'Hengda Hydraulics' },
    ...{ tier: 1, industry: '3444', place: '320400', sells: ['cylinder', 'valve', 'pump', 'motor'] },
  },
  {
    ...{ name: 'heat-treatment', code: 'RF', zh: '锐锋热处理', en: 'Ruifeng Heat Treatment' },
    ...{ tier: 2, industry: '3360', place: '320200', sells: ['rod', 'shaft'] },
  },
  {
    ...{ name: 'castings', code: 'TY', zh: '泰岳铸造', en: 'Taiyue Castings' },
    ...{ tier: 1, industry: '3391', place: '370900', sells: ['casting', 'forging', 'wear'] },
  },
  {
    ...{ name: 'oem-2', code: 'BC', zh: '北川工程机械', en: 'Beichuan Construction Machinery' },
    ...{ tier: 0, industry: '3514', place: '430100', sells: [] },
  },
] as const satisfies readonly Firm[];

/** What the suppliers known by code only make: GB/T 4754 code, categories. */
const trades: readonly (readonly [string, readonly Category[]])[] = [
  ['3393', ['forging', 'wear']],
  ['3481', ['seal']],
  ['2912', ['hose']],
  ['3482', ['fastener']],
  ['3451', ['bearing']],
  ['3484', ['machined']],
  ['3130', ['steel']],
  ['3483', ['spring']],
  ['3463', ['filter']],
  ['3831', ['electrical']],
  ['3444', ['cylinder', 'valve', 'pump', 'motor']],
  ['3391', ['casting', 'wear']],
  ['3360', ['rod', 'shaft']],
];
const places = ['110100', '210200', '310100', '320500', '330200', '340100', '350200', '370200', '410300', '420100'];
const subjectCharacters = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** The named firms, and as many others as make `count`. */
export function participantsOf(seed: number, count: number): Participant[] {
  const draws = new Draws(seed, 'participants');
  return Array.from({ length: count }, (_, place) => {
    const { name, place: city, ...firm } = namedFirms[place] ?? codeOnly(draws, place);
    const subject = Array.from({ length: 8 }, () => draws.pick([...subjectCharacters])).join('');
    return {
      ...firm,
      ...{ id: `urn:causeway:${name}`, creditCode: creditCode(city, subject), region: `CN-${city.slice(0, 2)}` },
    };
  });
}

function codeOnly(draws: Draws, place: number): Firm {
  const code = `S${String(place + 1).padStart(3, '0')}`;
  const [industry, sells] = at(trades, (place - namedFirms.length) % trades.length);
  return {
    ...{ name: code.toLowerCase(), code, zh: `供应商 ${code}`, en: `Supplier ${code}` },
    ...{ tier: industry === '3360' || industry === '3130' ? 2 : 1, industry, place: draws.pick(places), sells },
  };
}
