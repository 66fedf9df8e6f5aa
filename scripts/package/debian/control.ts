import type { Release } from '../release.ts';

/** The packaging's own number, after the version of what is packed. */
export const REVISION = '1';
export const debianVersion = ({ version }: Release): string => `${version}-${REVISION}`;

const MAINTAINER = 'the sealbeat authors <sealbeat@localhost>';

export interface ControlFacts {
  readonly architecture: string;
  readonly libraries: readonly string[];
  readonly installedKib: number;
}

/**
 * No systemd among them: without it, in a container say, `sealbeat run` is started by whoever starts programs there. iputils-arping
 * and its like announce addresses better than the kernel, which can as well; ndptool says again for IPv6 what the kernel says once.
 */
export const control = (release: Release, { architecture, libraries, installedKib }: ControlFacts): string =>
  `Package: sealbeat
Version: ${debianVersion(release)}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedKib}
Depends: ${[...libraries, 'iproute2 (>= 4.14)'].join(', ')}
Recommends: iputils-arping | arping | busybox
Suggests: libndp-tools
Section: net
Priority: optional
Description: failover agent that moves virtual IPs between hosts
 Two or more hosts share groups of virtual IP addresses. The one that holds a
 group sends signed and encrypted heartbeats over UDP or TCP; when they stop,
 another one takes the addresses over. Needs neither multicast nor VRRP, a
 shared password or synchronised clocks.
 .
 The program is one file that has its runtime (Node.js) in it.
`;

/** RFC 5322, which Debian's changelog asks for. */
export function changelog(release: Release): string {
  const date = new Date(release.epochSeconds * 1_000).toUTCString().replace('GMT', '+0000');
  return `sealbeat (${debianVersion(release)}) unstable; urgency=medium

  * What changed is in changelog.gz.

 -- ${MAINTAINER}  ${date}
`;
}
