/** Where things are unless a flag says otherwise, by the custom of each system. */
export interface Places {
  readonly directory: string;
  readonly config: string;
  readonly identity: string;
  readonly state: string;
  /** The daemon's control socket. */
  readonly control: string;
}

/** Software that did not come with the system keeps its settings apart there. */
const ETC: Readonly<Record<string, string>> = { freebsd: '/usr/local/etc', netbsd: '/usr/pkg/etc' };
/** The BSDs keep what programs remember in /var/db; hier(7). */
const STATE: Readonly<Record<string, string>> = {
  freebsd: '/var/db',
  openbsd: '/var/db',
  netbsd: '/var/db',
};
const LINUX_RUN = '/run';
const OTHER_RUN = '/var/run';

export function placesOf(platform: string): Places {
  const directory = `${ETC[platform] ?? '/etc'}/sealbeat`;
  return {
    directory,
    config: `${directory}/sealbeat.yaml`,
    identity: `${directory}/identity`,
    state: `${STATE[platform] ?? '/var/lib'}/sealbeat`,
    control: `${platform === 'linux' ? LINUX_RUN : OTHER_RUN}/sealbeat/control.sock`,
  };
}

/** Directories that belong to the control socket on some system, and so are ours. */
export const CONTROL_DIRECTORIES: readonly string[] = [`${LINUX_RUN}/sealbeat`, `${OTHER_RUN}/sealbeat`];
