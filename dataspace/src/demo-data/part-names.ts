/** What a part is; suppliers sell by it, and their capacity is counted by it. */
export type Category =
  | 'assembly'
  | 'structure'
  | 'cylinder'
  | 'valve'
  | 'pump'
  | 'motor'
  | 'rod'
  | 'shaft'
  | 'casting'
  | 'forging'
  | 'machined'
  | 'wear'
  | 'seal'
  | 'hose'
  | 'fastener'
  | 'bearing'
  | 'spring'
  | 'filter'
  | 'electrical'
  | 'steel';

export interface Noun {
  readonly zh: string;
  readonly en: string;
  readonly category: Category;
}

/** A group of a machine: its sub-assemblies, and what these are made of. */
export interface Module extends Noun {
  /** The first two digits of its part numbers. */
  readonly series: number;
  /** Both models have the same one. */
  readonly shared: boolean;
  readonly groups: readonly Noun[];
  readonly components: readonly Noun[];
}

const noun = (category: Category, zh: string, en: string): Noun => ({ zh, en, category });

const structureGroups = [
  noun('structure', '前段', 'front section'),
  noun('structure', '中段', 'middle section'),
  noun('structure', '后段', 'rear section'),
  noun('structure', '根部铰座', 'foot hinge'),
  noun('structure', '前端铰座', 'tip hinge'),
  noun('structure', '加强组件', 'reinforcement'),
  noun('structure', '管夹组件', 'pipe clamps'),
  noun('structure', '润滑组件', 'lubrication'),
];
const structureComponents = [
  noun('structure', '上翼板', 'top flange plate'),
  noun('structure', '左腹板', 'left web plate'),
  noun('structure', '右腹板', 'right web plate'),
  noun('structure', '下翼板', 'bottom flange plate'),
  noun('casting', '铰座', 'hinge casting'),
  noun('machined', '销轴', 'pin'),
  noun('machined', '轴套', 'bushing'),
  noun('structure', '隔板', 'diaphragm'),
  noun('structure', '加强筋', 'rib'),
  noun('machined', '管夹座', 'clamp seat'),
];
const bucketComponents = [
  noun('wear', '斗齿', 'bucket tooth'),
  noun('wear', '齿座', 'tooth adapter'),
  noun('wear', '侧齿', 'side cutter'),
  noun('structure', '斗刃板', 'cutting edge'),
  noun('structure', '侧板', 'side plate'),
  noun('casting', '斗耳', 'bucket ear'),
  noun('machined', '销轴', 'pin'),
];
const cylinderGroups = [
  noun('cylinder', '活塞杆组件', 'rod assembly'),
  noun('cylinder', '缸筒组件', 'barrel assembly'),
  noun('cylinder', '活塞组件', 'piston assembly'),
  noun('cylinder', '导向套组件', 'gland assembly'),
  noun('cylinder', '密封组件', 'seal kit'),
  noun('cylinder', '耳环组件', 'eye assembly'),
];
const cylinderComponents = [
  noun('rod', '活塞杆', 'piston rod'),
  noun('machined', '缸筒', 'barrel'),
  noun('casting', '缸底', 'end cap'),
  noun('machined', '活塞', 'piston'),
  noun('machined', '导向套', 'gland'),
  noun('casting', '耳环', 'rod eye'),
  noun('machined', '缓冲套', 'cushion sleeve'),
  noun('bearing', '关节轴承', 'spherical bearing'),
];
const unitComponents = [
  noun('shaft', '阀芯', 'spool'),
  noun('casting', '壳体', 'housing'),
  noun('shaft', '传动轴', 'drive shaft'),
  noun('spring', '复位弹簧', 'return spring'),
  noun('machined', '阀套', 'valve sleeve'),
  noun('machined', '端盖', 'cover'),
  noun('electrical', '电磁铁', 'solenoid'),
  noun('bearing', '滚针轴承', 'needle bearing'),
];
const pipingComponents = [
  noun('machined', '法兰', 'flange'),
  noun('machined', '管接头', 'fitting'),
  noun('hose', '高压软管', 'high-pressure hose'),
  noun('machined', '钢管', 'steel tube'),
  noun('filter', '回油滤芯', 'return filter element'),
];

function unitGroups(category: Category): Noun[] {
  return [
    noun(category, '控制组件', 'control group'),
    noun(category, '壳体组件', 'housing group'),
    noun(category, '先导组件', 'pilot group'),
    noun(category, '密封组件', 'seal kit'),
    noun(category, '连接组件', 'port group'),
  ];
}

const pipingGroups = [
  noun('assembly', '压力管路', 'pressure line'),
  noun('assembly', '回油管路', 'return line'),
  noun('assembly', '先导管路', 'pilot line'),
  noun('assembly', '支架组件', 'brackets'),
];

export const modules: readonly Module[] = [
  structure(40, '动臂', 'boom', structureComponents),
  structure(41, '斗杆', 'arm', structureComponents),
  structure(42, '铲斗', 'bucket', bucketComponents),
  cylinder(50, '动臂油缸', 'boom cylinder'),
  cylinder(51, '斗杆油缸', 'arm cylinder'),
  cylinder(52, '铲斗油缸', 'bucket cylinder'),
  unit(53, noun('valve', '主控阀', 'main control valve')),
  unit(54, noun('pump', '液压泵', 'hydraulic pump')),
  unit(55, noun('motor', '回转马达', 'swing motor')),
  unit(56, noun('valve', '先导阀', 'pilot valve')),
  piping(57, '高压管路', 'high-pressure piping', false),
  piping(58, '油箱与滤清', 'tank and filtration', true),
];

/** Parts that many others share: the name, its sizes, and the unit they are counted in. */
export const standardParts: readonly (Noun & { readonly sizes: readonly string[]; readonly unit: string })[] = [
  { ...noun('fastener', '六角头螺栓', 'hexagon bolt'), unit: 'pcs', sizes: ['M10x40', 'M12x50', 'M16x60', 'M20x80'] },
  { ...noun('seal', 'O形圈', 'O-ring'), unit: 'pcs', sizes: ['20x2.65', '32x3.55', '50x3.55', '80x5.3', '112x5.3'] },
  { ...noun('hose', '高压软管', 'hydraulic hose'), unit: 'm', sizes: ['DN10', 'DN13', 'DN19', 'DN25', 'DN32'] },
  { ...noun('fastener', '平垫圈', 'plain washer'), unit: 'pcs', sizes: ['10', '12', '16', '20'] },
  { ...noun('fastener', '六角螺母', 'hexagon nut'), unit: 'pcs', sizes: ['M10', 'M12', 'M16', 'M20'] },
  { ...noun('seal', '防尘圈', 'wiper seal'), unit: 'pcs', sizes: ['70', '80', '90', '105', '120'] },
  { ...noun('bearing', '关节轴承', 'spherical bearing'), unit: 'pcs', sizes: ['GE60', 'GE70', 'GE80', 'GE90'] },
  { ...noun('spring', '压缩弹簧', 'compression spring'), unit: 'pcs', sizes: ['2.5x18', '3x22', '4x30', '5x40'] },
  { ...noun('filter', '滤芯', 'filter element'), unit: 'pcs', sizes: ['10 μm', '20 μm', '100 μm'] },
  { ...noun('electrical', '传感器线束', 'sensor harness'), unit: 'pcs', sizes: ['2P', '4P', '6P'] },
];

export const steels = [
  noun('steel', '钢板 Q355B', 'steel plate Q355B'),
  noun('steel', '钢板 Q690D', 'steel plate Q690D'),
  noun('steel', '圆钢 42CrMo', 'round bar 42CrMo'),
  noun('steel', '圆钢 20CrMnTi', 'round bar 20CrMnTi'),
  noun('steel', '圆钢 45', 'round bar 45'),
  noun('steel', '无缝管 27SiMn', 'seamless tube 27SiMn'),
] as const;

export const materials: Readonly<Record<Category, readonly string[]>> = {
  assembly: [''],
  structure: ['Q355B', 'Q690D'],
  cylinder: ['27SiMn', '45'],
  valve: ['HT300', 'QT500-7'],
  pump: ['QT500-7', '20CrMnTi'],
  motor: ['QT500-7', '20CrMnTi'],
  rod: ['42CrMo', '45'],
  shaft: ['20CrMnTi', '42CrMo'],
  casting: ['ZG270-500', 'QT450-10'],
  forging: ['42CrMo', '20CrMnTi'],
  machined: ['45', '40Cr', 'ZCuSn10P1'],
  wear: ['ZG30CrMnSi', 'NM400'],
  seal: ['NBR', 'FKM', 'PU'],
  hose: ['EN 856 4SP', 'EN 853 2SN'],
  fastener: ['35CrMo 10.9', '45 8.8'],
  bearing: ['GCr15'],
  spring: ['60Si2MnA', '65Mn'],
  filter: ['glass fibre'],
  electrical: ['PVC/Cu'],
  steel: [''],
};

function structure(series: number, zh: string, en: string, components: readonly Noun[]): Module {
  return { ...noun('assembly', zh, en), series, shared: false, groups: structureGroups, components };
}

function cylinder(series: number, zh: string, en: string): Module {
  return {
    ...{ ...noun('cylinder', zh, en), series, shared: false },
    ...{ groups: cylinderGroups, components: cylinderComponents },
  };
}

function unit(series: number, name: Noun): Module {
  return { ...name, series, shared: true, groups: unitGroups(name.category), components: unitComponents };
}

function piping(series: number, zh: string, en: string, shared: boolean): Module {
  return { ...noun('assembly', zh, en), series, shared, groups: pipingGroups, components: pipingComponents };
}
