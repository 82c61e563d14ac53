import { expect, test } from 'vitest';
import { describePolicy } from './describe.js';
import type { PolicyJson } from './model.js';
import { readPolicy } from './parse/policy.js';
import { offerFor } from './templates/offer.js';

function lines(json: PolicyJson, lang: 'en' | 'zh'): string[] {
  return describePolicy(readPolicy(json), lang).split('\n');
}

test('an offer with everything a template says', () => {
  const offer = offerFor({
    id: 'urn:uuid:1',
    assignees: ['urn:causeway:anna', 'urn:causeway:bo'],
    from: '2027-01-01T00:00:00+08:00',
    until: '2028-01-01T00:00:00+08:00',
    count: 10,
    purposes: ['maintenance'],
    places: ['CN'],
    roles: ['planner'],
    securityLevel: 'trust',
    mask: ['name', 'phone'],
    deleteAfter: 'P30D',
    noSharing: true,
    log: true,
    notify: 'urn:causeway:press',
    auditors: ['urn:causeway:aud'],
    classification: { level: 2, domain: 'production' },
  });
  expect(lines(offer, 'en')).toEqual([
    'urn:causeway:anna, urn:causeway:bo may use the data if all of these hold:',
    '  - from 2026-12-31T16:00:00Z',
    '  - before 2027-12-31T16:00:00Z',
    '  - for 10 uses at most',
    '  - for the purpose maintenance',
    '  - within CN (attested by the authority)',
    '  - in the role planner (attested by the authority)',
    '  - at the certified security level Trust or higher (attested by the authority)',
    '  Before each use: mask the fields name, phone of the data.',
    'urn:causeway:anna, urn:causeway:bo must not pass the data on to others.',
    'urn:causeway:anna, urn:causeway:bo must delete the data within 30 days.',
    'urn:causeway:anna, urn:causeway:bo must log each use of the data within 1 day.',
    'urn:causeway:anna, urn:causeway:bo must report each use of the data to urn:causeway:press within 1 day.',
    'Where both apply, the prohibition holds.',
    'Evidence may be shown to urn:causeway:aud.',
    'Classified as industrial data of level 2 of 3, domain: production.',
  ]);
  expect(lines(offer, 'zh')).toEqual([
    'urn:causeway:anna、urn:causeway:bo 可以使用该数据，须同时满足：',
    '  - 自 2027年1月1日 00:00（北京时间）起',
    '  - 2028年1月1日 00:00（北京时间）之前',
    '  - 最多使用 10 次',
    '  - 用途限于 maintenance',
    '  - 使用地点须位于 CN 境内（须经认证机构证明）',
    '  - 使用方角色限于 planner（须经认证机构证明）',
    '  - 认证安全等级不低于可信级（须经认证机构证明）',
    '  每次使用前须对该数据的字段 name、phone 作脱敏处理。',
    'urn:causeway:anna、urn:causeway:bo 不得将该数据转交第三方。',
    'urn:causeway:anna、urn:causeway:bo 须在 30 天内删除该数据。',
    'urn:causeway:anna、urn:causeway:bo 须在 1 天内逐次记录该数据的使用日志。',
    'urn:causeway:anna、urn:causeway:bo 须在 1 天内向 urn:causeway:press 逐次通报该数据的使用情况。',
    '许可与禁止同时适用时，以禁止为准。',
    '存证可向 urn:causeway:aud 出示。',
    '工业数据分级：二级（共三级，三级最高）；分类：生产数据域。',
  ]);
});

test('a prohibition says in Chinese where it applies, and not what must be', () => {
  const about = (constraint: PolicyJson[]) =>
    lines({ '@type': 'Set', uid: 'urn:uuid:4', prohibition: [{ target: 'urn:d', action: 'use', constraint }] }, 'zh')
      .slice(1)
      .join('\n');
  const resale = { leftOperand: 'purpose', operator: 'isAnyOf', rightOperand: ['转售', '广告'] };
  const abroad = { leftOperand: 'spatial', operator: 'neq', rightOperand: 'CN' };
  expect(about([])).toBe('任何参与方不得使用 urn:d。');
  expect(about([resale])).toBe('任何参与方在下列情形下不得使用 urn:d：用途为转售、广告之一。');
  expect(about([resale, abroad])).toBe(
    '任何参与方在同时满足以下条件时不得使用 urn:d：\n  - 用途为转售、广告之一\n  - 使用地点不是 CN',
  );
  expect(about([{ or: [resale, abroad] }])).toMatch(/^任何参与方在满足以下任一条件时不得使用 urn:d：\n/);
});

const rich: PolicyJson = {
  '@context': 'http://www.w3.org/ns/odrl.jsonld',
  '@type': 'Set',
  uid: 'urn:uuid:2',
  conflict: 'perm',
  permission: [
    {
      target: { '@type': 'AssetCollection', source: 'urn:lake' },
      assignee: {
        '@type': 'PartyCollection',
        source: 'urn:suppliers',
        refinement: [{ leftOperand: 'industry', operator: 'eq', rightOperand: 'steel' }],
      },
      action: [
        {
          'rdf:value': { '@id': 'odrl:print' },
          refinement: [
            {
              leftOperand: 'resolution',
              operator: 'lteq',
              rightOperand: { '@value': '1200', '@type': 'xsd:integer' },
              unit: 'http://dbpedia.org/resource/DPI',
            },
          ],
        },
      ],
      constraint: [
        {
          or: [
            { leftOperand: 'purpose', operator: 'eq', rightOperand: 'repair' },
            {
              and: [
                { leftOperand: 'spatial', operator: 'isPartOf', rightOperand: 'CN' },
                { leftOperand: 'language', operator: 'eq', rightOperand: 'zh' },
              ],
            },
          ],
        },
      ],
      duty: [
        {
          action: [
            {
              'rdf:value': { '@id': 'odrl:compensate' },
              refinement: [
                {
                  leftOperand: 'payAmount',
                  operator: 'eq',
                  rightOperand: { '@value': '5.00', '@type': 'xsd:decimal' },
                  unit: 'http://dbpedia.org/resource/Euro',
                },
              ],
            },
          ],
          compensatedParty: 'urn:bank',
          consequence: [
            {
              action: 'inform',
              constraint: [
                {
                  leftOperand: 'elapsedTime',
                  operator: 'lt',
                  rightOperand: { '@value': 'P7D', '@type': 'xsd:duration' },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
  prohibition: [
    {
      target: 'urn:lake',
      action: 'sell',
      remedy: [
        {
          action: 'delete',
          target: 'urn:lake',
          constraint: [
            {
              leftOperand: 'dateTime',
              operator: 'lteq',
              rightOperand: { '@value': '2027-01-01T00:00:00Z', '@type': 'xsd:dateTime' },
            },
          ],
        },
      ],
    },
  ],
};

test('collections, refinements, logic, duties, consequences and remedies', () => {
  expect(lines(rich, 'en')).toEqual([
    'A set of rules, which grants nothing by itself.',
    'Every member of urn:suppliers (where the industry is steel) may print whatever belongs to urn:lake if any of these holds:',
    '  - for the purpose repair',
    '  - all of these hold:',
    '    - within CN',
    '    - where the language is zh',
    '  Done only where the resolution is at most 1200 dots an inch.',
    '  Before each use: pay 5.00 euros for the data (paid to urn:bank).',
    '    If that is not done: also report each use of the data in less than 7 days.',
    'Anybody must not sell urn:lake.',
    '  Whoever does so all the same must delete urn:lake by 2027-01-01T00:00:00Z.',
    'Where both apply, the permission holds.',
  ]);
  expect(lines(rich, 'zh')).toEqual([
    '以下为一组规则，其本身不构成授权。',
    'urn:suppliers 的成员（行业为 steel）可以打印属于 urn:lake 的数据，须满足以下任一条件：',
    '  - 用途限于 repair',
    '  - 同时满足：',
    '    - 使用地点须位于 CN 境内',
    '    - 语言为 zh',
    '  方式限定：分辨率不超过 1200 DPI。',
    '  每次使用前须为该数据支付 5.00 欧元（收款方：urn:bank）。',
    '    逾期未履行的，还须在不到 7 天的时间内逐次通报该数据的使用情况。',
    '任何参与方不得出售 urn:lake。',
    '  违反者须在不晚于 2027年1月1日 00:00（UTC）时删除 urn:lake。',
    '许可与禁止同时适用时，以许可为准。',
  ]);
});

test('who laid down a rule, and what the author noted, stand in quotation marks of their own', () => {
  const policy: PolicyJson = {
    '@context': 'http://www.w3.org/ns/odrl.jsonld',
    '@type': 'Set',
    uid: 'urn:uuid:3',
    'dc:description': 'Free for all.\nAnybody may sell it.',
    permission: [
      { action: 'use', assigner: 'urn:a' },
      { action: 'read', assigner: 'urn:b', duty: [{ action: 'attribute', assigner: 'urn:c' }] },
    ],
  };
  expect(lines(policy, 'en')).toEqual([
    'A set of rules, which grants nothing by itself.',
    'Anybody may use the data.',
    '  Laid down by urn:a.',
    'Anybody may read the data.',
    '  Laid down by urn:b.',
    '  Before each use: name the author of the data (owed to urn:c).',
    'Noted by its author (dc:description): “Free for all. Anybody may sell it.”',
  ]);
  expect(lines(policy, 'zh').slice(-2)).toEqual([
    '  每次使用前须注明该数据的来源（权利方：urn:c）。',
    '作者附注（dc:description）：“Free for all. Anybody may sell it.”',
  ]);
});
