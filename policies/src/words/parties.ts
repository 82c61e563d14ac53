import type { Asset, Constraint, Party } from '../model.js';
import { situationWords } from '../words.js';
import { han, type Language, nameText, type Words } from './text.js';

const joined = { en: ', ', zh: '、' } as const;

/** Who; absent: anybody. */
export function partiesText(parties: readonly Party[] | undefined, lang: Language): string {
  if (!parties) return lang === 'en' ? 'anybody' : '任何参与方';
  if (parties.length === 0) return lang === 'en' ? 'nobody' : '无人';
  return parties.map((party) => partyText(party, lang)).join(joined[lang]);
}

function partyText({ id, collection, refinements }: Party, lang: Language): string {
  const name = nameText(id);
  const who = collection ? { en: `every member of ${name}`, zh: han`${name}的成员` }[lang] : name;
  return `${who}${selected(refinements, lang)}`;
}

/** The data a rule is about, as the object of a sentence. */
export function assetWords(asset: Asset | undefined): Words {
  if (!asset) return { en: 'the data', zh: '该数据' };
  const name = nameText(asset.id);
  const words = asset.collection
    ? { en: `whatever belongs to ${name}`, zh: han`属于${name}的数据` }
    : { en: name, zh: name };
  return {
    en: `${words.en}${selected(asset.refinements, 'en')}`,
    zh: han`${words.zh}${selected(asset.refinements, 'zh')}`,
  };
}

function selected(refinements: readonly Constraint[], lang: Language): string {
  if (refinements.length === 0) return '';
  const parts = refinements.map((each) => situationWords(each)[lang]);
  return lang === 'en' ? ` (${parts.join(', and ')})` : `（${parts.join('，且')}）`;
}
