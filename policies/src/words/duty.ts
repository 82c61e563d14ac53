import type { Asset, AtomicConstraint, Constraint, Duty, PartyFunction } from '../model.js';
import { declaredOnlyWords, wholeConstraintWords } from '../words.js';
import { actionWords } from './actions.js';
import { valueWords } from './ordered.js';
import { assetWords, partiesText } from './parties.js';
import { namesWords } from './terms.js';
import { type Language, nameText, type Words } from './text.js';

const none: Words = { en: '', zh: '' };

/** A duty as what stands behind “must” and 须. */
export function dutyWords(duty: Duty, policyTarget: Asset | undefined): Words {
  const rest: Constraint[] = [];
  let when = none;
  let object = assetWords(duty.target ?? policyTarget);
  let how = none;
  for (const each of [...duty.constraints, ...duty.actionRefinements]) {
    const deadline = when === none ? deadlineWords(each) : undefined;
    const particular = deadline ? undefined : particularWords(each, duty.action);
    if (deadline) when = deadline;
    else if (particular === undefined) rest.push(each);
    else if (particular.object === true) object = within(particular, object);
    else how = appended(how, particular);
  }
  const done = actionWords(duty.action, object);
  const others = [...(duty.functions ?? []).map(functionWords), ...handedOn(duty), ...rest.map(wholeConstraintWords)];
  const mark = duty.declaredOnly ? declaredOnlyWords : none;
  return {
    en: `${done.en}${how.en}${when.en}${inBrackets(others, 'en')}${mark.en}`,
    zh: `${when.zh}${how.zh}${done.zh}${inBrackets(others, 'zh')}${mark.zh}`,
  };
}

function appended(before: Words, after: Words): Words {
  return { en: `${before.en}${after.en}`, zh: `${before.zh}${after.zh}` };
}

function inBrackets(parts: readonly Words[], lang: Language): string {
  if (parts.length === 0) return '';
  const texts = parts.map((part) => part[lang]);
  return lang === 'en' ? ` (${texts.join('; ')})` : `（${texts.join('；')}）`;
}

/** By when; a boundary in time that is no end of it is an ordinary condition. */
function deadlineWords(constraint: Constraint): Words | undefined {
  if (!isPlain(constraint) || constraint.value.type !== 'ordered') return undefined;
  const value = valueWords(constraint.value);
  if (constraint.operand === 'dateTime') {
    if (constraint.operator === 'lt') return { en: ` before ${value.en}`, zh: `在 ${value.zh} 之前` };
    if (constraint.operator === 'lteq') return { en: ` by ${value.en}`, zh: `在不晚于 ${value.zh} 时` };
  }
  if (constraint.operand === 'elapsedTime') {
    if (constraint.operator === 'lt') return { en: ` in less than ${value.en}`, zh: `在不到 ${value.zh} 的时间内` };
    if (constraint.operator === 'lteq') return { en: ` within ${value.en}`, zh: `在 ${value.zh} 内` };
  }
  return undefined;
}

interface Particular extends Words {
  /** It narrows what the action is done to. */
  readonly object?: true;
}

const naming = ['eq', 'isAnyOf', 'isAllOf'];

/** Which fields, how much, to whom: the constraints that only say what the duty's action is about. */
function particularWords(constraint: Constraint, action: string): Particular | undefined {
  if (!isPlain(constraint) || !naming.includes(constraint.operator)) return undefined;
  const { operand, value, unit } = constraint;
  if (operand === 'payAmount' && action === 'compensate' && value.type === 'ordered') {
    const { en, zh } = valueWords(value, unit);
    return { en: ` with ${en}`, zh: `以 ${zh}` };
  }
  if (value.type !== 'terms') return undefined;
  const names = value.terms.map(({ text }) => text);
  const { en, zh } = namesWords(names, Number.POSITIVE_INFINITY);
  if (operand === 'urn:causeway:v1:field' || operand === 'idsc:JSON_PATH') {
    return { en: `${names.length > 1 ? 'the fields' : 'the field'} ${en} of `, zh: `的字段 ${zh} `, object: true };
  }
  if (operand === 'recipient' && action === 'inform') return { en: ` to ${en}`, zh: `向 ${zh} ` };
  if (operand === 'systemDevice' && action === 'idsc:log') return { en: ` at ${en}`, zh: `在 ${zh} ` };
  return undefined;
}

/** A demand on the source of a fact, or that nobody enforces it, is said in full elsewhere. */
function isPlain(constraint: Constraint): constraint is AtomicConstraint {
  return 'operand' in constraint && constraint.source === undefined && constraint.declaredOnly !== true;
}

function within(particular: Words, object: Words): Words {
  return { en: `${particular.en}${object.en}`, zh: `${object.zh.trimEnd()} ${particular.zh}` };
}

const functions: Readonly<Record<PartyFunction['function'], Words>> = {
  attributedParty: { en: 'names', zh: '署名' },
  attributingParty: { en: 'named by', zh: '署名方' },
  compensatedParty: { en: 'paid to', zh: '收款方' },
  compensatingParty: { en: 'paid by', zh: '付款方' },
  consentedParty: { en: 'consent for', zh: '被同意方' },
  consentingParty: { en: 'consent of', zh: '同意方' },
  contractedParty: { en: 'contracted', zh: '受约方' },
  contractingParty: { en: 'contracting', zh: '签约方' },
  informedParty: { en: 'to', zh: '通知对象' },
  informingParty: { en: 'reported by', zh: '通知方' },
  trackedParty: { en: 'tracked', zh: '被跟踪方' },
  trackingParty: { en: 'tracked by', zh: '跟踪方' },
};

function functionWords({ function: name, parties }: PartyFunction): Words {
  const { en, zh } = functions[name];
  return { en: `${en} ${partiesText(parties, 'en')}`, zh: `${zh}：${partiesText(parties, 'zh')}` };
}

function handedOn({ nextPolicy }: Duty): Words[] {
  if (nextPolicy === undefined) return [];
  const name = nameText(nextPolicy);
  return [{ en: `the terms ${name}`, zh: `条款：${name}` }];
}
