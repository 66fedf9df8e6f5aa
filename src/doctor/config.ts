import type { Facts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

export function configFindings(facts: Facts): readonly Finding[] {
  return [...ofTheFile(facts), ...ofTheHost(facts), ...ofTheAgent(facts)];
}

function ofTheFile({ config, files }: Facts): readonly Finding[] {
  const { settings, unreadable, problems } = config;
  if (unreadable !== undefined) {
    const what = unreadable.text.startsWith(`${files.config} `)
      ? unreadable.text.slice(files.config.length + 1)
      : unreadable.text;
    return [
      {
        ...{ id: 'config-unreadable', level: 'problem', subject: files.config, what },
        why: 'without it nothing about the cluster can be looked at',
        fix: unreadable.hint,
      },
    ];
  }
  if (settings === undefined) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    return [
      {
        ...{ id: 'config-invalid', level: 'problem', subject: files.config },
        what: `${errors.length === 1 ? 'one error' : `${errors.length} errors`}, the first in line ${first?.line ?? 1}: ${first?.text ?? ''}`,
        why: 'the agent refuses it; nothing about the cluster can be looked at',
        fix: `sealbeat check -c ${files.config}`,
      },
    ];
  }
  const good = `cluster ${settings.cluster}, nodes ${settings.nodes.map(({ name }) => name).join(', ')}, groups ${settings.groups.map(({ name }) => name).join(', ')}`;
  const said = problems
    .filter(({ text }) => !isTiming(text))
    .map(({ severity, line, text }): Finding => {
      const level = severity === 'note' ? 'note' : 'warning';
      return {
        ...{ id: 'config-warning', level, subject: `${files.config}:${line}`, what: text },
        ...{ why: '', fix: '' },
      };
    });
  return [fine('config', files.config, good), ...said];
}

/** These have a heading of their own. */
export const isTiming = (text: string): boolean => /^(heartbeat|lease)\b/.test(text);

/** What another finding says better, because it has looked at the interface itself, is not said twice. */
function ofTheHost({ config, links, files }: Facts): readonly Finding[] {
  return config.onHost
    .filter(({ link }) => {
      if (links === undefined || link === undefined) return true;
      const seen = links.get(link);
      return seen?.up === true && seen.carrier;
    })
    .map(({ severity, line, text }) => ({
      id: 'config-host',
      level: severity === 'error' ? 'problem' : 'warning',
      subject: `${files.config}:${line}`,
      what: text,
      why: 'the config and this host do not fit each other',
      fix: `put one of them right, then: sealbeat check -c ${files.config}`,
    }));
}

function ofTheAgent({ config, agent, files }: Facts): readonly Finding[] {
  const { status } = agent;
  if (status === undefined) return [];
  const found: Finding[] = [];
  if (status.configProblem !== '') {
    found.push({
      ...{ id: 'config-refused', level: 'problem', subject: status.configPath },
      what: `the last reload was refused: ${status.configProblem}`,
      why: 'the agent goes on with the config from before; it will not start with this one',
      fix: `sealbeat check -c ${status.configPath}; then: sealbeat reload`,
    });
  } else if (config.settings !== undefined && config.settings.digest !== status.configDigest) {
    found.push({
      ...{ id: 'config-not-loaded', level: 'warning', subject: files.config },
      what: `the file says ${config.settings.digest}, the agent runs with ${status.configDigest} from ${status.configPath}`,
      why: 'what you read in the file is not what is in force',
      fix: 'sealbeat reload',
    });
  }
  for (const { name, configDrift, configDiffers = [] } of status.peers) {
    if (!configDrift) continue;
    const parts = configDiffers.length === 0 ? '' : `; what differs: ${configDiffers.join(', ')}`;
    found.push({
      ...{ id: 'config-drift', level: 'warning', subject: name },
      what: `it runs with another config than this node${parts}`,
      why: 'the nodes may disagree on who is to hold what, and when another is dead',
      fix: `bring the same file to both, then on each: sealbeat check && sealbeat reload`,
    });
  }
  return found;
}
