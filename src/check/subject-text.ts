import type { CheckQuestion } from '../core/checks/settings.ts';
import type { NodeName } from '../core/units.ts';

/** What a check is about, in the words of the config. */
export function subjectText(question: CheckQuestion, node: NodeName): string {
  switch (question.kind) {
    case 'process':
      return question.process;
    case 'unit':
      return question.unit;
    case 'smf':
      return question.smf;
    case 'tcp':
      return `${question.host.includes(':') ? `[${question.host}]` : question.host}:${question.port}`;
    case 'http':
      return question.url;
    case 'ping':
      return question.host;
    case 'interface':
      return question.interfaces.get(node) ?? '';
    case 'file':
      return question.file;
    case 'command':
      return question.command.join(' ');
  }
}
