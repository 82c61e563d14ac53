import type { Firm } from '../processes/space.js';

/** Fictional: a leading manufacturer of excavators and two of its suppliers. */
export const demoFirms = [
  { name: 'oem', title: '华东重机 Huadong Heavy Machinery' },
  { name: 'hydraulics', title: '恒达液压 Hengda Hydraulics' },
  { name: 'heat-treatment', title: '锐锋热处理 Ruifeng Heat Treatment' },
] as const satisfies readonly Firm[];
