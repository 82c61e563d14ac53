import { localName, nameText, same, type Words } from './text.js';

/** Where units of measure and currencies are commonly named; an unknown place could call anything an Euro. */
const vocabularies = [
  'http://dbpedia.org/resource/',
  'https://dbpedia.org/resource/',
  'http://qudt.org/vocab/unit/',
  'http://www.ontology-of-units-of-measure.org/resource/om-2/',
  'https://cvx.iptc.org/iptc-currency:',
  'http://cvx.iptc.org/iptc-currency/',
  'urn:iso:std:iso:4217:',
];

const known: Readonly<Record<string, Words>> = {
  euro: { en: 'euros', zh: '欧元' },
  eur: { en: 'euros', zh: '欧元' },
  renminbi: { en: 'yuan', zh: '元人民币' },
  cny: { en: 'yuan', zh: '元人民币' },
  united_states_dollar: { en: 'US dollars', zh: '美元' },
  usd: { en: 'US dollars', zh: '美元' },
  pound_sterling: { en: 'pounds sterling', zh: '英镑' },
  gbp: { en: 'pounds sterling', zh: '英镑' },
  japanese_yen: { en: 'yen', zh: '日元' },
  jpy: { en: 'yen', zh: '日元' },
  metre: { en: 'metres', zh: '米' },
  m: { en: 'metres', zh: '米' },
  kilometre: { en: 'kilometres', zh: '千米' },
  kilom: { en: 'kilometres', zh: '千米' },
  km: { en: 'kilometres', zh: '千米' },
  centimetre: { en: 'centimetres', zh: '厘米' },
  millimetre: { en: 'millimetres', zh: '毫米' },
  pixel: { en: 'pixels', zh: '像素' },
  dpi: { en: 'dots an inch', zh: 'DPI' },
  percent: { en: 'per cent', zh: '%' },
  byte: { en: 'bytes', zh: '字节' },
  megabyte: { en: 'megabytes', zh: 'MB' },
  gigabyte: { en: 'gigabytes', zh: 'GB' },
  second: { en: 'seconds', zh: '秒' },
  minute: { en: 'minutes', zh: '分钟' },
  hour: { en: 'hours', zh: '小时' },
  day: { en: 'days', zh: '天' },
};

/** A unit of measure as people call it; one that is not known stands there with its whole IRI. */
export function unitWords(unit: string): Words {
  if (!vocabularies.some((vocabulary) => unit.startsWith(vocabulary))) return same(nameText(unit));
  const name = localName(unit);
  return known[name.toLowerCase()] ?? same(nameText(name));
}
