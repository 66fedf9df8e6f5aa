import type { AdapterName } from '../core/settings.ts';

/** What each adapter is, for editors and the manual, in the order in which errors name them. */
export const ADAPTER_MEANINGS: Readonly<Record<AdapterName, string>> = {
  auto: 'as the operating system of the node wants it: linux, illumos, freebsd, openbsd or netbsd',
  linux: 'with ip from iproute2',
  illumos: 'with ipadm',
  'illumos-ifconfig': 'with ifconfig instead of ipadm, where ipadm is too old for IPMP groups',
  freebsd: 'with ifconfig, as aliases',
  openbsd: 'with ifconfig, as aliases',
  netbsd: 'with ifconfig, as aliases',
  carp: 'CARP carries them, under `carp`; FreeBSD, OpenBSD and NetBSD',
  script: 'programs of your own, under `script`',
  command: 'a cloud, under `command`',
  simulated: 'as files in the directory that `interface` names, for rehearsals',
};
