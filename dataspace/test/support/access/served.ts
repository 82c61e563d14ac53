import * as proto from '@causeway/proto';
import { expect, it } from 'vitest';
import { rpcRules } from '../rpc-rules.js';
import { rules } from '../rules.js';
import type { Scene } from '../scene.js';
import { served, told } from './everywhere.js';

/** That there is nothing that these tests do not know. */
export function whatIsServed(of: () => Scene): void {
  it('is six processes, with the rules and expectations that this test has, no more and no less', () => {
    const { endpoints } = of().probed;
    expect(new Set(endpoints.map(({ pid }) => pid)).size).toBe(6);
    expect([...served(of()).keys()].sort()).toEqual(Object.keys(rules).sort());
  });

  it('is every method of every gRPC service in the contracts', () => {
    const tables = Object.values(proto).filter((table) => Object.values(table).every((one) => 'path' in Object(one)));
    const paths = tables.flatMap((table) => Object.values(table).map((method) => String(Reflect.get(method, 'path'))));
    expect(paths.length).toBeGreaterThanOrEqual(11);
    const ofRpc = Object.keys(rpcRules).map((name) => name.slice(name.indexOf('/')));
    expect(ofRpc.sort()).toEqual(paths.sort());
  });

  it('answers whoever may ask', async () => {
    const wrong: string[] = [];
    for (const [name, rule] of Object.entries(rules)) {
      const request = await rule.request(of());
      const outcome = await request.send();
      if (!request.good(outcome)) wrong.push(`${name}: ${told(outcome)} ${'body' in outcome ? outcome.body : ''}`);
    }
    expect(wrong).toEqual([]);
  });
}
