import { BlockList, isIPv4 } from 'node:net';

type Range = readonly [address: string, prefix: number];

function list(v4: readonly Range[], v6: readonly Range[]): BlockList {
  const made = new BlockList();
  for (const [address, prefix] of v4) made.addSubnet(address, prefix, 'ipv4');
  for (const [address, prefix] of v6) made.addSubnet(address, prefix, 'ipv6');
  return made;
}

/** Nobody's: what a host asks itself, its neighbours or a group (RFC 6890), and where clouds keep their secrets. */
const never = list(
  [
    ['0.0.0.0', 8],
    ['169.254.0.0', 16],
    ['192.0.0.0', 24],
    ['224.0.0.0', 3],
    // Where Alibaba's cloud answers a machine about itself, within what is otherwise a site's range; Amazon's by IPv6 below.
    ['100.100.100.200', 32],
  ],
  [
    ['::', 128],
    ['fe80::', 10],
    ['ff00::', 8],
    ['fd00:ec2::254', 128],
    // Forms of IPv4 addresses that would pass by the ranges above.
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['2002::', 16],
  ],
);
const machine = list([['127.0.0.0', 8]], [['::1', 128]]);
const site = list(
  [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['100.64.0.0', 10],
  ],
  [
    ['fc00::', 7],
    ['fec0::', 10],
  ],
);

/** How near an IP address is: 0 public, 1 this site's network, 2 this machine, Infinity nobody's. */
export function nearness(address: string): number {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIPv4(bare) ? 'ipv4' : 'ipv6';
  const within = (range: BlockList) => range.check(bare, family);
  if (within(never)) return Number.POSITIVE_INFINITY;
  if (within(machine)) return 2;
  return within(site) ? 1 : 0;
}
