import type { Asset, AtomicConstraint, Constraint, Duty, PartyFunction } from '../model.js';
import { declaredOnlyWords, wholeConstraintWords } from '../words.js';
import { actionWords } from './actions.js';
import { valueWords } from './ordered.js';
import { assetWords, partiesText } from './parties.js';
import { namesWords } from './terms.js';
import { han, type Language, nameText, type Words } from './text.js';

const none: Words = { en: '', zh: '' };

/** A duty as what stands behind “must” and 须. */
export function dutyWords(duty: Duty, policyTarget: Asset | undefined): Words {
  const saying = new Saying(duty, assetWords(duty.target ?? policyTarget));
  for (const each of [...duty.constraints, ...duty.actionRefinements]) saying.add(each);
  return saying.words();
}

/** A sentence about a duty as it is put together from what its constraints say. */
class Saying {
  readonly #duty: Duty;
  #object: Words;
  #payment: Words | undefined;
  #when = none;
  #how = none;
  readonly #rest: Words[];

  constructor(duty: Duty, object: Words) {
    this.#duty = duty;
    this.#object = object;
    this.#rest = [...owedTo(duty), ...(duty.functions ?? []).map(functionWords), ...handedOn(duty)];
  }

  add(constraint: Constraint): void {
    if (!this.#isTaken(constraint)) this.#rest.push(wholeConstraintWords(constraint));
  }

  /** Whether it found its own place in the sentence. A demand on a fact's source, or that nobody enforces it, is said in full. */
  #isTaken(constraint: Constraint): boolean {
    if (!('operand' in constraint) || constraint.source !== undefined || constraint.declaredOnly) return false;
    const when = this.#when === none ? deadlineWords(constraint) : undefined;
    if (when) this.#when = when;
    return when !== undefined || (naming.includes(constraint.operator) && this.#isParticular(constraint));
  }

  /** Which fields, how much, to whom: what only says what the duty's action is about. */
  #isParticular({ operand, value, unit }: AtomicConstraint): boolean {
    const { action } = this.#duty;
    if (value.type === 'ordered') {
      if (action !== 'compensate') return false;
      const said = valueWords(value, unit);
      if (operand === 'payAmount' && this.#payment === undefined) this.#payment = said;
      else if (operand === 'timeInterval') this.#add({ en: ` every ${said.en}`, zh: han`每${said.zh}` });
      else return false;
      return true;
    }
    const names = value.terms.map(({ text }) => text);
    const { en, zh } = namesWords(names, Number.POSITIVE_INFINITY);
    if (operand === 'urn:causeway:v1:field' || operand === 'idsc:JSON_PATH') {
      const fields = names.length > 1 ? 'the fields' : 'the field';
      this.#object = { en: `${fields} ${en} of ${this.#object.en}`, zh: han`${this.#object.zh}的字段${zh}` };
    } else if (operand === 'recipient' && action === 'inform') this.#add({ en: ` to ${en}`, zh: han`向${zh}` });
    else if (operand === 'urn:causeway:v1:policy' && action === 'nextPolicy') this.#rest.push(handed(en));
    else if (operand === 'systemDevice' && action === 'idsc:log') this.#add({ en: ` at ${en}`, zh: han`在${zh}` });
    else return false;
    return true;
  }

  #add(more: Words): void {
    this.#how = { en: `${this.#how.en}${more.en}`, zh: han`${this.#how.zh}${more.zh}` };
  }

  words(): Words {
    const [object, payment] = [this.#object, this.#payment];
    const done = payment
      ? { en: `pay ${payment.en} for ${object.en}`, zh: han`为${object.zh}支付${payment.zh}` }
      : actionWords(this.#duty.action, object);
    const mark = this.#duty.declaredOnly ? declaredOnlyWords : none;
    return {
      en: `${done.en}${this.#how.en}${this.#when.en}${inBrackets(this.#rest, 'en')}${mark.en}`,
      zh: han`${this.#when.zh}${this.#how.zh}${done.zh}${inBrackets(this.#rest, 'zh')}${mark.zh}`,
    };
  }
}

const naming = ['eq', 'isAnyOf', 'isAllOf'];

function inBrackets(parts: readonly Words[], lang: Language): string {
  if (parts.length === 0) return '';
  const texts = parts.map((part) => part[lang]);
  return lang === 'en' ? ` (${texts.join('; ')})` : `（${texts.join('；')}）`;
}

/** By when; a boundary in time that is no end of it is an ordinary condition. */
function deadlineWords(constraint: AtomicConstraint): Words | undefined {
  if (constraint.value.type !== 'ordered') return undefined;
  const value = valueWords(constraint.value);
  if (constraint.operand === 'dateTime') {
    if (constraint.operator === 'lt') return { en: ` before ${value.en}`, zh: han`在${value.zh}之前` };
    if (constraint.operator === 'lteq') return { en: ` by ${value.en}`, zh: han`在不晚于${value.zh}时` };
  }
  if (constraint.operand === 'elapsedTime') {
    if (constraint.operator === 'lt') return { en: ` in less than ${value.en}`, zh: han`在不到${value.zh}的时间内` };
    if (constraint.operator === 'lteq') return { en: ` within ${value.en}`, zh: han`在${value.zh}内` };
  }
  return undefined;
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
  return { en: `${en} ${partiesText(parties, 'en')}`, zh: han`${zh}：${partiesText(parties, 'zh')}` };
}

function owedTo({ assigner }: Duty): Words[] {
  if (assigner === undefined) return [];
  const name = nameText(assigner);
  return [{ en: `owed to ${name}`, zh: `权利方：${name}` }];
}

function handedOn({ nextPolicy }: Duty): Words[] {
  if (nextPolicy === undefined) return [];
  return [handed(nameText(nextPolicy))];
}

function handed(names: string): Words {
  return { en: `the terms ${names}`, zh: `条款：${names}` };
}
