import { causewayPrefix } from '../profiles/causeway.js';
import { inIds, merged, nobody, optional, parameter } from './class.js';
import { condition, decimal, duration, duty, idsTerm } from './part.js';
import * as parts from './parts.js';
import type { TemplateText } from './template.js';

/** The policy classes of IDS by which something is to be done, by their numbers. */
export const dutyClasses: Readonly<Record<number, TemplateText>> = {
  12: {
    name: { en: 'Delete the data', zh: '删除数据' },
    parameters: [
      parameter('after', 'duration', 'at most so long after delivery', '交付后的最长保留期', optional),
      parameter('by', 'instant', 'by this instant', '最迟时间', optional),
    ],
    enforced: 'consumer',
    how: {
      en: 'The consumer’s connector deletes its copy and signs that it did; copies made outside it are out of reach.',
      zh: '由使用方连接器删除其副本并签名存证；连接器之外的副本无法控制。',
    },
    write: (given) => {
      const after = given.maybe('after');
      if (given.has('by')) {
        const by = parts.deleteBy(given.instant('by'));
        return after === undefined ? by : merged(parts.deleteAfter(after), by);
      }
      return after === undefined ? { obligations: [duty('odrl:delete')] } : parts.deleteAfter(after);
    },
  },
  13: {
    name: { en: 'Modify the data in transit', zh: '传输中修改数据' },
    parameters: [parameter('fields', 'fields', 'fields to mask', '须脱敏的字段')],
    enforced: 'provider',
    how: {
      en: 'The provider’s connector masks the fields before a byte leaves.',
      zh: '由提供方连接器在数据发出之前脱敏。',
    },
    write: (given) => parts.maskFields(given.list('fields')),
  },
  14: {
    name: { en: 'Modify the data at rest', zh: '存储中修改数据' },
    parameters: [parameter('by', 'instant', 'by this instant', '最迟时间', optional)],
    ...nobody('No connector rewrites what the consumer has stored.', '连接器不改写使用方已存储的数据，'),
    write: (given) => {
      const by = given.has('by')
        ? [condition('odrl:dateTime', 'lteq', { '@value': given.text('by'), '@type': 'xsd:dateTime' })]
        : [];
      return { obligations: [duty('odrl:anonymize', by)] };
    },
  },
  15: {
    name: { en: 'Log the use', zh: '记录使用日志' },
    parameters: [parameter('within', 'duration', 'within; a day if left out', '记录时限，缺省为一天', optional)],
    enforced: 'consumer',
    how: {
      en: 'Both connectors log each transfer in the clearing house, and no data leaves without it.',
      zh: '双方连接器均在清算所记录每次传输；未记录则不传输。',
    },
    write: (given) => parts.logUse(given.maybe('within')),
  },
  16: {
    name: { en: 'Report the use', zh: '通报使用情况' },
    parameters: [
      parameter('recipient', 'participant', 'to whom; the provider if left out', '通报对象，缺省为提供方', optional),
      parameter('within', 'duration', 'within; a day if left out', '通报时限，缺省为一天', optional),
    ],
    enforced: 'consumer',
    how: {
      en: 'The consumer’s connector reports each use, and signs that it did.',
      zh: '由使用方连接器通报每次使用并签名存证。',
    },
    write: (given) => parts.reportUse(given.maybe('recipient'), given.maybe('within')),
  },
  17: {
    name: { en: 'Pass the terms on to third parties', zh: '向第三方传递条款' },
    parameters: [parameter('policy', 'name', 'IRI of the terms', '条款的 IRI')],
    ...nobody(
      'What happens between the consumer and a third party, no connector of the contract sees.',
      '使用方与第三方之间的行为不在本合约连接器的视野之内，',
    ),
    write: (given) => ({
      action: 'odrl:distribute',
      duties: [duty('odrl:nextPolicy', [condition(`${causewayPrefix}policy`, 'eq', given.text('policy'))])],
    }),
  },
  19: {
    name: { en: 'Data sale', zh: '数据出售' },
    parameters: [parameter('amount', 'amount', 'amount', '金额'), parameter('currency', 'unit', 'currency', '币种')],
    ...nobody(
      'No payment system is connected, so nothing tells that it was paid.',
      '未接入支付系统，无法得知是否已付款，',
    ),
    write: (given) => parts.payFirst(given.text('amount'), given.text('currency')),
  },
  20: {
    name: { en: 'Data rental', zh: '数据租用' },
    parameters: [
      parameter('amount', 'amount', 'amount', '金额'),
      parameter('currency', 'unit', 'currency', '币种'),
      parameter('every', 'duration', 'for each', '付款周期'),
    ],
    ...nobody(
      'No payment system is connected, so nothing tells that it was paid.',
      '未接入支付系统，无法得知是否已付款，',
    ),
    write: (given) => ({
      duties: [
        duty('odrl:compensate', [
          condition('odrl:payAmount', 'eq', decimal(given.text('amount')), { unit: given.text('currency') }),
          condition('odrl:timeInterval', 'eq', duration(given.text('every'))),
        ]),
      ],
    }),
  },
  23: {
    name: { en: 'Only with consent', zh: '须取得同意' },
    parameters: [],
    ...nobody('No connector knows who gave which consent.', '连接器无法得知何人给予了何种同意，'),
    write: () => ({ duties: [duty('odrl:obtainConsent')] }),
  },
  25: {
    name: { en: 'Anonymise by computing together', zh: '以隐私计算匿名化' },
    parameters: [],
    ...nobody('No multi-party computation is connected.', '未接入多方安全计算，'),
    write: () => inIds({ duties: [duty(idsTerm('idsc:MPC'))] }),
  },
};
