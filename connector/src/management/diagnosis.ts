import { type DiagnoseOptions, diagnose } from '../diagnosis/diagnose.js';
import { type Operation, ok } from './operation.js';

/** What `causeway doctor` shows of a running connector. */
export function diagnosisOperation(options: () => Required<DiagnoseOptions>): Operation {
  return {
    method: 'get',
    path: '/diagnosis',
    id: 'getDiagnosis',
    summary:
      'Looks at clock, disk, ports, certificate, names, services and reachability, and lists the firewall rules needed',
    answer: 'Diagnosis',
    handle: async () => ok(await diagnose(options())),
  };
}
