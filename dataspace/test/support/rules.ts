import { httpRules } from './http-rules.js';
import { rpcRules } from './rpc-rules.js';
import type { Rules } from './scene.js';

/** What these tests expect of every method and route with TLS; one that is not here fails them. */
export const rules: Rules = { ...rpcRules, ...httpRules };
